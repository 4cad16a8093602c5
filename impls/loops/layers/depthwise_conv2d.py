"""DepthwiseConv2D: each channel is convolved with its own kernels; output channel c * depth_multiplier + m."""

from collections.abc import Mapping
from itertools import product

from harness.cases.problem import Array
from harness.operators.layers import DepthwiseConv2D
from harness.operators.specification import Shape
from impls.loops._elements import numbers, stored, zeros
from impls.loops.layers._taps import Taps, taps


def forward(layer: DepthwiseConv2D, weights: Mapping[str, Array], x: Array) -> tuple[Array, Array]:
    """Return y (batch, windows down, windows across, channels * depth_multiplier) before the activation, and x."""
    batch, results = x.shape[0], x.shape[3] * layer.depth_multiplier
    down, across = _taps(layer, x.shape)
    images, kernel = x.tolist(), weights["kernel"].tolist()
    bias = numbers(weights["bias"]) if layer.use_bias else [0.0] * results
    y = zeros(batch, len(down), len(across), results)
    for sample, row, column, result in product(range(batch), range(len(down)), range(len(across)), range(results)):
        channel, number = divmod(result, layer.depth_multiplier)
        total = bias[result]
        for window_row, image_row in down[row]:
            for window_column, image_column in across[column]:
                pixel = images[sample][image_row][image_column]
                total += pixel[channel] * kernel[window_row][window_column][channel][number]
        y[sample][row][column][result] = total
    return stored(y, x.dtype), x


def backward(
    layer: DepthwiseConv2D, weights: Mapping[str, Array], x: Array, dy: Array
) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradients with respect to x (batch, height, width, channels) and to each parameter."""
    down, across = _taps(layer, x.shape)
    images, kernel, dwindows = x.tolist(), weights["kernel"].tolist(), dy.tolist()
    dx, dkernel, dbias = zeros(*x.shape), zeros(*weights["kernel"].shape), zeros(dy.shape[3])
    for sample, row, column, result in product(*map(range, dy.shape)):
        channel, number = divmod(result, layer.depth_multiplier)
        delta = dwindows[sample][row][column][result]
        dbias[result] += delta
        for window_row, image_row in down[row]:
            for window_column, image_column in across[column]:
                pixel = images[sample][image_row][image_column]
                dpixel = dx[sample][image_row][image_column]
                weight = kernel[window_row][window_column][channel]
                dweight = dkernel[window_row][window_column][channel]
                dpixel[channel] += delta * weight[number]
                dweight[number] += delta * pixel[channel]
    gradients = {"kernel": stored(dkernel, dy.dtype)}
    if layer.use_bias:
        gradients["bias"] = stored(dbias, dy.dtype)
    return stored(dx, dy.dtype), gradients


def _taps(layer: DepthwiseConv2D, shape: Shape) -> tuple[Taps, Taps]:
    _, height, width, _ = shape
    down = taps(height, layer.kernel_size[0], layer.strides[0], layer.padding, layer.dilation_rate[0])
    across = taps(width, layer.kernel_size[1], layer.strides[1], layer.padding, layer.dilation_rate[1])
    return down, across
