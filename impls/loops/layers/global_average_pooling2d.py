"""GlobalAveragePooling2D: the mean of each channel."""

from collections.abc import Mapping
from itertools import product

from harness.cases.problem import Array
from harness.operators.layers import GlobalAveragePooling2D
from harness.operators.specification import Shape
from impls.loops._elements import rows, stored, zeros


def forward(layer: GlobalAveragePooling2D, weights: Mapping[str, Array], x: Array) -> tuple[Array, Shape]:
    """Return y (batch, channels), or (batch, 1, 1, channels) with keepdims, and the shape of x."""
    batch, height, width, channels = x.shape
    images = x.tolist()
    y = zeros(batch, channels)
    for sample, channel in product(range(batch), range(channels)):
        total = 0.0
        for row in range(height):
            for column in range(width):
                total += images[sample][row][column][channel]
        y[sample][channel] = total / (height * width)
    return stored(y, x.dtype).reshape(batch, *layer.output_shape(x.shape[1:])), x.shape


def backward(
    layer: GlobalAveragePooling2D, weights: Mapping[str, Array], shape: Shape, dy: Array
) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradient with respect to x (batch, height, width, channels), and none for parameters."""
    _, height, width, _ = shape
    dmeans = rows(dy)
    dx = zeros(*shape)
    for sample, row, column, channel in product(*map(range, shape)):
        dx[sample][row][column][channel] = dmeans[sample][channel] / (height * width)
    return stored(dx, dy.dtype), {}
