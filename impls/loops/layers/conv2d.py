"""Conv2D: cross-correlation of an image with a kernel, plus bias."""

from collections.abc import Mapping
from itertools import product

from harness.cases.problem import Array
from harness.operators.layers import Conv2D
from harness.operators.specification import Shape
from impls.loops._elements import numbers, stored, zeros
from impls.loops.layers._taps import Taps, taps


def forward(layer: Conv2D, weights: Mapping[str, Array], x: Array) -> tuple[Array, Array]:
    """Return y (batch, windows down, windows across, filters) before the activation, and x.

    Each y is the bias of its filter plus the sum of all products of a kernel's weight and the pixel under it.
    """
    batch, filters = x.shape[0], layer.filters
    down, across = _taps(layer, x.shape)
    images, kernels = x.tolist(), _kernels(weights)
    bias = numbers(weights["bias"]) if layer.use_bias else [0.0] * filters
    y = zeros(batch, len(down), len(across), filters)
    for sample, row, column, filter_ in product(range(batch), range(len(down)), range(len(across)), range(filters)):
        channels = _channels_of(filter_, layer, x.shape[3])
        total = bias[filter_]
        for window_row, image_row in down[row]:
            for window_column, image_column in across[column]:
                pixel = images[sample][image_row][image_column]
                weight = kernels[filter_][window_row][window_column]
                for number, channel in enumerate(channels):
                    total += pixel[channel] * weight[number]
        y[sample][row][column][filter_] = total
    return stored(y, x.dtype), x


def backward(layer: Conv2D, weights: Mapping[str, Array], x: Array, dy: Array) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradients with respect to x (batch, height, width, channels) and to each parameter.

    In y a pixel and a weight stand in one product: the derivative by one is the other. Each takes part in many
    products, and its gradient is the sum over all of them.
    """
    batch, filters = x.shape[0], layer.filters
    down, across = _taps(layer, x.shape)
    images, kernels, dwindows = x.tolist(), _kernels(weights), dy.tolist()
    dx = zeros(*x.shape)
    dkernels = zeros(filters, *layer.kernel_size, x.shape[3] // layer.groups)
    dbias = zeros(filters)
    for sample, row, column, filter_ in product(range(batch), range(len(down)), range(len(across)), range(filters)):
        channels = _channels_of(filter_, layer, x.shape[3])
        delta = dwindows[sample][row][column][filter_]
        dbias[filter_] += delta
        for window_row, image_row in down[row]:
            for window_column, image_column in across[column]:
                pixel = images[sample][image_row][image_column]
                dpixel = dx[sample][image_row][image_column]
                weight = kernels[filter_][window_row][window_column]
                dweight = dkernels[filter_][window_row][window_column]
                for number, channel in enumerate(channels):
                    dpixel[channel] += delta * weight[number]
                    dweight[number] += delta * pixel[channel]
    gradients = {"kernel": stored(dkernels, dy.dtype).transpose(1, 2, 3, 0)}
    if layer.use_bias:
        gradients["bias"] = stored(dbias, dy.dtype)
    return stored(dx, dy.dtype), gradients


def _taps(layer: Conv2D, shape: Shape) -> tuple[Taps, Taps]:
    _, height, width, _ = shape
    down = taps(height, layer.kernel_size[0], layer.strides[0], layer.padding, layer.dilation_rate[0])
    across = taps(width, layer.kernel_size[1], layer.strides[1], layer.padding, layer.dilation_rate[1])
    return down, across


def _kernels(weights: Mapping[str, Array]) -> list[list[list[list[float]]]]:
    """Return the kernel of each filter, (window height, window width, channels of its group)."""
    kernels: list[list[list[list[float]]]] = weights["kernel"].transpose(3, 0, 1, 2).tolist()
    return kernels


def _channels_of(filter_: int, layer: Conv2D, channels: int) -> range:
    """Return the channels that a filter sees, those of its group."""
    group = filter_ // (layer.filters // layer.groups)
    size = channels // layer.groups
    return range(group * size, (group + 1) * size)
