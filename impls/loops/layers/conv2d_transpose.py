"""Conv2DTranspose: the input gradient of a convolution, used as a layer.

Every pixel of the input throws its value times the kernel onto a window of the output. These windows are those that the
convolution of the output would have: one for each pixel of the input.
"""

from collections.abc import Mapping
from itertools import product

from harness.cases.problem import Array
from harness.operators.layers import Conv2DTranspose
from harness.operators.specification import Shape
from impls.loops._elements import numbers, stored, zeros
from impls.loops.layers._taps import Taps, taps


def forward(layer: Conv2DTranspose, weights: Mapping[str, Array], x: Array) -> tuple[Array, Array]:
    """Return y (batch, out_height, out_width, filters) before the activation, and x."""
    shape = (x.shape[0], *layer.output_shape(x.shape[1:]))
    down, across = _taps(layer, shape)
    pixels, kernel = x.tolist(), weights["kernel"].tolist()
    y = zeros(*shape)
    if layer.use_bias:
        bias = numbers(weights["bias"])
        y = [[[list(bias) for _ in row] for row in image] for image in y]
    for sample, row, column in product(*map(range, x.shape[:3])):
        pixel = pixels[sample][row][column]
        for window_row, y_row in down[row]:
            for window_column, y_column in across[column]:
                result = y[sample][y_row][y_column]
                for filter_, weight in enumerate(kernel[window_row][window_column]):
                    for channel, value in enumerate(pixel):
                        result[filter_] += value * weight[channel]
    return stored(y, x.dtype), x


def backward(
    layer: Conv2DTranspose, weights: Mapping[str, Array], x: Array, dy: Array
) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradients with respect to x (batch, height, width, channels) and to each parameter."""
    down, across = _taps(layer, dy.shape)
    pixels, kernel, dresults = x.tolist(), weights["kernel"].tolist(), dy.tolist()
    dx, dkernel, dbias = zeros(*x.shape), zeros(*weights["kernel"].shape), zeros(layer.filters)
    for sample, row, column in product(*map(range, x.shape[:3])):
        pixel, dpixel = pixels[sample][row][column], dx[sample][row][column]
        for window_row, y_row in down[row]:
            for window_column, y_column in across[column]:
                for filter_, delta in enumerate(dresults[sample][y_row][y_column]):
                    weight = kernel[window_row][window_column][filter_]
                    dweight = dkernel[window_row][window_column][filter_]
                    for channel, value in enumerate(pixel):
                        dpixel[channel] += delta * weight[channel]
                        dweight[channel] += delta * value
    for sample, y_row, y_column, filter_ in product(*map(range, dy.shape)):
        dbias[filter_] += dresults[sample][y_row][y_column][filter_]
    gradients = {"kernel": stored(dkernel, dy.dtype)}
    if layer.use_bias:
        gradients["bias"] = stored(dbias, dy.dtype)
    return stored(dx, dy.dtype), gradients


def _taps(layer: Conv2DTranspose, shape: Shape) -> tuple[Taps, Taps]:
    """Return the windows over the output."""
    _, height, width, _ = shape
    down = taps(height, layer.kernel_size[0], layer.strides[0], layer.padding)
    across = taps(width, layer.kernel_size[1], layer.strides[1], layer.padding)
    return down, across
