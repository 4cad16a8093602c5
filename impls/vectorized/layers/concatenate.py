"""Concatenate: inputs side by side along the last axis."""

from collections.abc import Mapping, Sequence

import numpy as np

from harness.cases.problem import Array
from harness.operators.layers import Concatenate


def forward(layer: Concatenate, weights: Mapping[str, Array], x: tuple[Array, ...]) -> tuple[Array, list[int]]:
    """Return y (batch, …, sum of the inputs' channels) and where each input but the first starts in it."""
    return np.concatenate(x, axis=-1), list(np.cumsum([part.shape[-1] for part in x[:-1]]))


def backward(
    layer: Concatenate, weights: Mapping[str, Array], starts: Sequence[int], dy: Array
) -> tuple[tuple[Array, ...], Mapping[str, Array]]:
    """Return the gradient with respect to each input, and none for parameters."""
    return tuple(np.split(dy, starts, axis=-1)), {}
