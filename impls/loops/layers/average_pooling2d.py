"""AveragePooling2D: the mean of each window, the padding of ``same`` left out."""

from collections.abc import Mapping
from itertools import product

from harness.cases.problem import Array
from harness.operators.layers import AveragePooling2D
from harness.operators.specification import Shape
from impls.loops._elements import stored, zeros
from impls.loops.layers._taps import Taps, taps


def forward(layer: AveragePooling2D, weights: Mapping[str, Array], x: Array) -> tuple[Array, Shape]:
    """Return y (batch, windows down, windows across, channels) and the shape of x."""
    batch, _, _, channels = x.shape
    down, across = _taps(layer, x.shape)
    images = x.tolist()
    y = zeros(batch, len(down), len(across), channels)
    for sample, row, column, channel in product(range(batch), range(len(down)), range(len(across)), range(channels)):
        total = 0.0
        for _, image_row in down[row]:
            for _, image_column in across[column]:
                total += images[sample][image_row][image_column][channel]
        y[sample][row][column][channel] = total / (len(down[row]) * len(across[column]))
    return stored(y, x.dtype), x.shape


def backward(
    layer: AveragePooling2D, weights: Mapping[str, Array], shape: Shape, dy: Array
) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradient with respect to x (batch, height, width, channels), and none for parameters.

    Each element of a window gets the same share of its gradient; where windows overlap, shares add up.
    """
    batch, _, _, channels = shape
    down, across = _taps(layer, shape)
    dwindows = dy.tolist()
    dx = zeros(*shape)
    for sample, row, column, channel in product(range(batch), range(len(down)), range(len(across)), range(channels)):
        share = dwindows[sample][row][column][channel] / (len(down[row]) * len(across[column]))
        for _, image_row in down[row]:
            for _, image_column in across[column]:
                dx[sample][image_row][image_column][channel] += share
    return stored(dx, dy.dtype), {}


def _taps(layer: AveragePooling2D, shape: Shape) -> tuple[Taps, Taps]:
    _, height, width, _ = shape
    down = taps(height, layer.pool_size[0], layer.strides[0], layer.padding)
    across = taps(width, layer.pool_size[1], layer.strides[1], layer.padding)
    return down, across
