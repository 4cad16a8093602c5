"""Convolutions whose windows move by one pixel, as matrix products without a copy of every window.

Strides are (1, 1), the dilation along the width is 1, and there is one group.

A window that is as high as one stack of pixels is as many neighbouring stacks as it is wide, and the next window begins
one stack later. So every ``kernel width``-th window begins where the one before ends: these are the rows of a matrix
that already lies in memory, and ``kernel width`` such matrices hold all windows. What is left to do for the height
costs a ``kernel width``-th of what copying whole windows (im2col) does; compare Cho and Brand, MEC, arXiv:1706.06873.

Windows that begin in one image row and end in the next are computed as well and left out of the result.
"""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from harness.cases.problem import Array
from impls.vectorized.layers._cache_blocks import blocks
from impls.vectorized.layers._windows import Windows


def output(x: Array, kernel: Array, bias: Array, windows: Windows) -> Array:
    """Return the convolution of x plus bias, (batch, windows down, windows across, filters).

    Args:
        x: (batch, height, width, channels).
        kernel: (kernel height, kernel width, channels, filters).
        bias: (filters,).
        windows: those of the kernel over x.
    """
    channels, filters = kernel.shape[2:]
    y = np.empty((x.shape[0], *windows.count, filters), x.dtype)
    # The kernel's height is brought together on the side that has less to move: before the product or after it.
    (_gather_then_multiply if channels <= filters else _multiply_then_add)(x, kernel, bias, windows, y)
    return y


def input_gradient(dy: Array, kernel: Array, windows: Windows) -> Array:
    """Return the gradient with respect to the input, (batch, height, width, channels).

    It is the convolution of dy, padded so that every pixel meets every window it lies in, with the kernel turned by
    180° and its channels and filters exchanged.
    """
    (above, left), (below, right) = (
        [(size - 1) * apart - side for size, apart, side in zip(windows.size, windows.dilation, sides, strict=True)]
        for sides in (windows.before, windows.after)
    )
    over_dy = replace(windows, image=windows.count, count=windows.image, before=(above, left), after=(below, right))
    no_bias = np.zeros(kernel.shape[2], dy.dtype)
    return output(dy, kernel[::-1, ::-1].swapaxes(2, 3), no_bias, over_dy)


def kernel_gradient(x: Array, dy: Array, windows: Windows) -> Array:
    """Return the gradient with respect to the kernel, its shape."""
    (kernel_height, kernel_width), across = windows.size, windows.count[1]
    channels, filters = x.shape[3], dy.shape[3]
    dmatrix = np.zeros((kernel_width * kernel_height * channels, filters), x.dtype)
    for block, stacks in _stacked(x, windows):
        every = np.zeros((*stacks.shape[:3], filters), dy.dtype)
        every[:, :, :across] = dy[block]
        rows = every.reshape(-1, filters)
        for some, side_by_side in _windows_in_place(stacks, kernel_width):
            dmatrix += side_by_side.T @ rows[some]
    return dmatrix.reshape(kernel_width, kernel_height, channels, filters).swapaxes(0, 1)


def _gather_then_multiply(x: Array, kernel: Array, bias: Array, windows: Windows, y: Array) -> None:
    matrix = kernel.swapaxes(0, 1).reshape(-1, kernel.shape[3])
    # Rows of pixels are added as wholes: one long inner loop instead of one for every pixel.
    biases = np.tile(bias, windows.count[1])
    rows_of_y = y.reshape(*y.shape[:2], -1)
    for block, stacks in _stacked(x, windows):
        every = _product_with_every_window(stacks, matrix, windows)
        np.add(every.reshape(*every.shape[:2], -1)[:, :, : len(biases)], biases, out=rows_of_y[block])


def _multiply_then_add(x: Array, kernel: Array, bias: Array, windows: Windows, y: Array) -> None:
    height = x.shape[1]
    kernel_height, kernel_width, channels, filters = kernel.shape
    matrix = kernel.transpose(1, 2, 0, 3).reshape(kernel_width * channels, -1)
    one_high = replace(
        windows,
        size=(1, kernel_width),
        before=(0, windows.before[1]),
        after=(0, windows.after[1]),
        count=(height, windows.count[1]),
    )
    y[...] = bias
    for block, pixels in _stacked(x, one_high):
        every = _product_with_every_window(pixels, matrix, windows)[:, :, : windows.count[1]]
        for row in range(kernel_height):
            of_y, of_x = _rows_that_meet(row, height, windows)
            y[block, of_y] += every[:, of_x, :, row * filters : (row + 1) * filters]


def _stacked(x: Array, windows: Windows) -> Iterator[tuple[slice, Array]]:
    """Yield blocks of images and their stacks, (batch, windows down, padded width, kernel height, channels).

    Pixel (i, j) of the stacks are the pixels in column j, padding included, that windows in row i see. The array is
    used again for the next block.
    """
    batch, height, width, channels = x.shape
    left, right = windows.before[1], windows.after[1]
    of_image = windows.count[0], left + width + right, windows.size[0], channels
    room = None
    for block in blocks(batch, math.prod(of_image) * x.itemsize):
        images = x[block]
        if room is None:
            # Nothing is ever written into the padding: it stays 0 from block to block.
            room = np.zeros((len(images), *of_image), x.dtype)
        stacks = room[: len(images)]
        for row in range(windows.size[0]):
            of_y, of_x = _rows_that_meet(row, height, windows)
            stacks[:, of_y, left : left + width, row] = images[:, of_x]
        yield block, stacks


def _rows_that_meet(row: int, height: int, windows: Windows) -> tuple[slice, slice]:
    """Return the windows whose tap in that row lies inside the image, and the image rows it lies in."""
    start = row * windows.dilation[0] - windows.before[0]
    begin, end = max(0, -start), max(0, min(windows.count[0], height - start))
    return slice(begin, end), slice(start + begin, start + end)


def _windows_in_place(stacks: Array, kernel_width: int) -> Iterator[tuple[slice, Array]]:
    """Yield, for each place modulo kernel_width, the places and the view of their windows, one a row."""
    flat = stacks.reshape(math.prod(stacks.shape[:3]), -1)
    for first in range(kernel_width):
        count = (len(flat) - first) // kernel_width
        end = first + count * kernel_width
        yield slice(first, end, kernel_width), flat[first:end].reshape(count, kernel_width * flat.shape[1])


def _product_with_every_window(stacks: Array, matrix: Array, windows: Windows) -> Array:
    """Return each window times the matrix, (batch, rows, padded width, columns of the matrix)."""
    every = np.empty((*stacks.shape[:3], matrix.shape[1]), stacks.dtype)
    rows = every.reshape(-1, matrix.shape[1])
    for some, side_by_side in _windows_in_place(stacks, windows.size[1]):
        np.matmul(side_by_side, matrix, out=rows[some])
    return every
