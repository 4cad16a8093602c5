"""MaxPooling2D: the largest element of each window."""

from collections.abc import Mapping

import numpy as np

from harness.cases.problem import Array
from harness.operators.layers import MaxPooling2D
from impls.vectorized.layers._windows import Windows, windows_over

Cache = tuple[Windows, Array]


def forward(layer: MaxPooling2D, weights: Mapping[str, Array], x: Array) -> tuple[Array, Cache]:
    """Return y (batch, windows down, windows across, channels) and the cache: windows and the tap that won each.

    Ties go to the first maximum in row-major order; padding never wins.
    """
    windows = windows_over(layer, layer.pool_size, x.shape[1:3])
    padded = windows.pad(x, -np.inf)
    taps = windows.taps
    y = windows.tap(padded, *next(taps)).copy()
    winner = np.zeros(y.shape, np.int32)
    for number, place in enumerate(taps, 1):
        challenger = windows.tap(padded, *place)
        np.copyto(winner, number, where=challenger > y)
        np.maximum(y, challenger, out=y)
    return y, (windows, winner)


def backward(
    layer: MaxPooling2D, weights: Mapping[str, Array], cache: Cache, dy: Array
) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradient with respect to x (batch, height, width, channels), and none for parameters.

    Each output's gradient goes to the element that won its window; where windows overlap, gradients add up.
    """
    windows, winner = cache
    dpadded = windows.padded_zeros(dy.shape[0], dy.shape[3], dy.dtype)
    for number, place in enumerate(windows.taps):
        into = windows.tap(dpadded, *place)
        into += dy * (winner == number)
    return windows.inside(dpadded), {}
