"""Concatenate: inputs keep their values side by side; nothing is rounded."""

from collections.abc import Mapping

import numpy as np

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.operators.layers import Concatenate


def forward(
    layer: Concatenate, weights: Mapping[str, Estimate], x: tuple[Estimate, ...], arithmetic: Arithmetic
) -> tuple[Estimate, tuple[slice, ...]]:
    """Return y (batch, …, sum of the inputs' channels) and where each input lies in it."""
    ends = np.cumsum([part.shape[-1] for part in x])
    places = tuple(slice(int(end) - part.shape[-1], int(end)) for part, end in zip(x, ends, strict=True))
    value, det, var = (
        np.concatenate(arrays, axis=-1)
        for arrays in ([part.value for part in x], [part.det for part in x], [part.var for part in x])
    )
    return Estimate(value, det, var), places


def backward(
    layer: Concatenate,
    weights: Mapping[str, Estimate],
    places: tuple[slice, ...],
    dy: Estimate,
    arithmetic: Arithmetic,
) -> tuple[tuple[Estimate, ...], Mapping[str, Estimate]]:
    """Return the gradient with respect to each input, and no gradients of parameters."""
    return tuple(dy[..., place] for place in places), {}
