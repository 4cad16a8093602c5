"""Conv1D: cross-correlation of a sequence with a kernel, plus bias."""

from collections.abc import Mapping
from itertools import product

from harness.cases.problem import Array
from harness.operators.layers.conv1d import Conv1D
from impls.loops._elements import numbers, stored, zeros
from impls.loops.layers._taps import Taps, taps


def forward(layer: Conv1D, weights: Mapping[str, Array], x: Array) -> tuple[Array, Array]:
    """Return y (batch, windows, filters) before the activation, and x.

    Each y is the bias of its filter plus the sum of all products of a kernel's weight and the number under it.
    """
    batch, steps, channels = x.shape
    windows = _windows(layer, steps)
    sequences, kernels = x.tolist(), _kernels(weights)
    bias = numbers(weights["bias"]) if layer.use_bias else [0.0] * layer.filters
    y = zeros(batch, len(windows), layer.filters)
    for sample, window, filter_ in product(range(batch), range(len(windows)), range(layer.filters)):
        total = bias[filter_]
        for place, step in windows[window]:
            for number, channel in enumerate(_channels_of(filter_, layer, channels)):
                total += sequences[sample][step][channel] * kernels[filter_][place][number]
        y[sample][window][filter_] = total
    return stored(y, x.dtype), x


def backward(layer: Conv1D, weights: Mapping[str, Array], x: Array, dy: Array) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradients with respect to x (batch, steps, channels) and to each parameter.

    In y a number of the sequence and a weight stand in one product: the derivative by one is the other.
    """
    batch, steps, channels = x.shape
    windows = _windows(layer, steps)
    sequences, kernels, dwindows = x.tolist(), _kernels(weights), dy.tolist()
    dx = zeros(*x.shape)
    dkernels = zeros(layer.filters, layer.kernel_size, channels // layer.groups)
    dbias = zeros(layer.filters)
    for sample, window, filter_ in product(range(batch), range(len(windows)), range(layer.filters)):
        delta = dwindows[sample][window][filter_]
        dbias[filter_] += delta
        for place, step in windows[window]:
            for number, channel in enumerate(_channels_of(filter_, layer, channels)):
                dx[sample][step][channel] += delta * kernels[filter_][place][number]
                dkernels[filter_][place][number] += delta * sequences[sample][step][channel]
    gradients = {"kernel": stored(dkernels, dy.dtype).transpose(1, 2, 0)}
    if layer.use_bias:
        gradients["bias"] = stored(dbias, dy.dtype)
    return stored(dx, dy.dtype), gradients


def _windows(layer: Conv1D, steps: int) -> Taps:
    """Return what each window looks at; one of ``causal`` padding ends at its own step and sees none after it."""
    if layer.padding != "causal":
        return taps(steps, layer.kernel_size, layer.strides, layer.padding, layer.dilation_rate)
    windows = []
    for last in range(0, steps, layer.strides):
        under = [
            (place, last - (layer.kernel_size - 1 - place) * layer.dilation_rate) for place in range(layer.kernel_size)
        ]
        windows.append([(place, step) for place, step in under if step >= 0])
    return windows


def _kernels(weights: Mapping[str, Array]) -> list[list[list[float]]]:
    """Return the kernel of each filter, (window, channels of its group)."""
    kernels: list[list[list[float]]] = weights["kernel"].transpose(2, 0, 1).tolist()
    return kernels


def _channels_of(filter_: int, layer: Conv1D, channels: int) -> range:
    """Return the channels that a filter sees, those of its group."""
    group = filter_ // (layer.filters // layer.groups)
    size = channels // layer.groups
    return range(group * size, (group + 1) * size)
