"""Concatenate: inputs side by side along the last axis."""

from collections.abc import Mapping

from harness.cases.problem import Array
from harness.operators.layers import Concatenate
from impls.loops._elements import rows, stored


def forward(layer: Concatenate, weights: Mapping[str, Array], x: tuple[Array, ...]) -> tuple[Array, list[int]]:
    """Return y (batch, …, sum of the inputs' channels) and how many channels each input has."""
    places = zip(*(rows(part) for part in x), strict=True)
    y = [[value for row in side_by_side for value in row] for side_by_side in places]
    return stored(y, x[0].dtype).reshape(*x[0].shape[:-1], -1), [part.shape[-1] for part in x]


def backward(
    layer: Concatenate, weights: Mapping[str, Array], widths: list[int], dy: Array
) -> tuple[tuple[Array, ...], Mapping[str, Array]]:
    """Return the gradient with respect to each input, its own part of dy, and none for parameters."""
    dx = []
    start = 0
    for width in widths:
        part = [row[start : start + width] for row in rows(dy)]
        dx.append(stored(part, dy.dtype).reshape(*dy.shape[:-1], width))
        start += width
    return tuple(dx), {}
