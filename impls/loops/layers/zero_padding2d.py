"""ZeroPadding2D: rows and columns of zeros around an image."""

from collections.abc import Mapping
from itertools import product

from harness.cases.problem import Array
from harness.operators.layers import ZeroPadding2D
from harness.operators.specification import Shape
from impls.loops._elements import stored, zeros


def forward(layer: ZeroPadding2D, weights: Mapping[str, Array], x: Array) -> tuple[Array, Shape]:
    """Return y (batch, height + top + bottom, width + left + right, channels) and the shape of x."""
    (top, _), (left, _) = layer.padding
    images = x.tolist()
    y = zeros(x.shape[0], *layer.output_shape(x.shape[1:]))
    for sample, row, column, channel in product(*map(range, x.shape)):
        y[sample][top + row][left + column][channel] = images[sample][row][column][channel]
    return stored(y, x.dtype), x.shape


def backward(
    layer: ZeroPadding2D, weights: Mapping[str, Array], shape: Shape, dy: Array
) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradient with respect to x (batch, height, width, channels), and none for parameters."""
    (top, _), (left, _) = layer.padding
    padded = dy.tolist()
    dx = zeros(*shape)
    for sample, row, column, channel in product(*map(range, shape)):
        dx[sample][row][column][channel] = padded[sample][top + row][left + column][channel]
    return stored(dx, dy.dtype), {}
