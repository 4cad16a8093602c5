"""Convolutions of any geometry as matrix products: windows become rows of a matrix (im2col).

The three functions are the three ways in which input, kernel and output of one convolution determine each other. A
transposed convolution is the same three with the roles of input and output exchanged.

Kernels are (kernel height, kernel width, channels / groups, filters).
"""

import math
from collections.abc import Iterator

import numpy as np

from harness.cases.problem import Array
from impls.vectorized.layers._cache_blocks import blocks
from impls.vectorized.layers._windows import Windows


def output(x: Array, kernel: Array, bias: Array, windows: Windows, groups: int) -> Array:
    """Return the convolution of x plus bias, (batch, windows down, windows across, filters).

    Args:
        x: (batch, height, width, channels).
        kernel: (kernel height, kernel width, channels / groups, filters).
        bias: (filters,).
        windows: those of the kernel over x.
        groups: filter f sees only the channels of its group, f // (filters / groups).
    """
    y = np.empty((x.shape[0], *windows.count, kernel.shape[3]), x.dtype)
    for block in _blocks(x, windows):
        np.matmul(_columns(x[block], windows, groups), _matrices(kernel, groups), out=_by_group(y[block], groups))
        y[block] += bias
    return y


def input_gradient(dy: Array, kernel: Array, windows: Windows, groups: int) -> Array:
    """Return the gradient with respect to the input, (batch, height, width, channels)."""
    channels = kernel.shape[2]
    dpadded = windows.padded_zeros(dy.shape[0], groups * channels, dy.dtype)
    turned = _matrices(kernel, groups).swapaxes(1, 2)
    for block in _blocks(dpadded, windows):
        dcolumns = _by_group(dy[block], groups) @ turned
        dwindows = dcolumns.reshape(groups, -1, *windows.count, *windows.size, channels)
        within = dpadded[block].reshape(-1, *dpadded.shape[1:3], groups, channels)
        for row, column in windows.taps:
            into = windows.tap(within, row, column)
            into += dwindows[:, :, :, :, row, column].transpose(1, 2, 3, 0, 4)
    return windows.inside(dpadded)


def kernel_gradient(x: Array, dy: Array, windows: Windows, groups: int) -> Array:
    """Return the gradient with respect to the kernel, its shape."""
    channels, filters = x.shape[3] // groups, dy.shape[3]
    dmatrices = np.zeros((groups, math.prod(windows.size) * channels, filters // groups), x.dtype)
    for block in _blocks(x, windows):
        dmatrices += _columns(x[block], windows, groups).swapaxes(1, 2) @ _by_group(dy[block], groups)
    return dmatrices.swapaxes(0, 1).reshape(*windows.size, channels, filters)


def _blocks(x: Array, windows: Windows) -> Iterator[slice]:
    return blocks(x.shape[0], math.prod((*windows.count, *windows.size, x.shape[3], x.itemsize)))


def _columns(x: Array, windows: Windows, groups: int) -> Array:
    """Return every window as a row, (groups, batch * windows, kernel height * kernel width * channels / groups)."""
    view = windows.all(windows.pad(x))
    by_group = view.reshape(*view.shape[:5], groups, -1).transpose(5, 0, 1, 2, 3, 4, 6)
    return by_group.reshape(groups, math.prod(view.shape[:3]), -1)


def _matrices(kernel: Array, groups: int) -> Array:
    """Return the view (groups, kernel height * kernel width * channels / groups, filters / groups)."""
    filters = kernel.shape[3]
    return kernel.reshape(-1, groups, filters // groups).swapaxes(0, 1)


def _by_group(y: Array, groups: int) -> Array:
    """Return the view (groups, batch * windows, filters / groups)."""
    return y.reshape(-1, groups, y.shape[3] // groups).swapaxes(0, 1)
