"""Convolutions of any geometry as sums of products with their errors.

The three functions are the three ways in which input, kernel and output of one convolution determine each other. A
transposed convolution is the same three with the roles of input and output exchanged; a depthwise one has a group for
each channel. Each sum has as many terms as products that can differ from 0: windows move over the windows that see a
pixel, not over zeros put between them.

Kernels are (kernel height, kernel width, channels / groups, filters); filter f sees group f // (filters / groups).
"""

import itertools
import math
from collections.abc import Iterator

import numpy as np

from harness.verdict.arithmetic import Arithmetic
from harness.verdict.estimate import Estimate, Floats
from harness.verdict.summation import PARTS, in_parts, is_many, product_of_blocks, repeats
from harness.verdict.windows import Windows, turned

# A block's windows, their magnitudes and squares stay in the processor's cache until they are used.
BLOCK_ELEMENTS = 2**17


def output(
    x: Estimate, kernel: Estimate, windows: Windows, groups: int, arithmetic: Arithmetic, bias: Estimate | None = None
) -> Estimate:
    """Return the convolution of x, plus bias, (batch, windows down, windows across, filters).

    Args:
        x: (batch, height, width, channels).
        kernel: (kernel height, kernel width, channels / groups, filters).
        windows: those of the kernel over x.
        groups: into how many the channels are divided.
        arithmetic: of the implementation.
        bias: (filters,), or None.
    """
    filters = kernel.shape[3]
    matrices = kernel.mapped(lambda array: _matrices(array, groups))
    by_group = bias.mapped(lambda array: array.reshape(groups, 1, -1)) if bias is not None else None
    count = windows.down.count, windows.across.count
    many = is_many(x.shape[0] * count[0] * count[1] * matrices.value.size)
    repeated = repeats(matrices.shape[1], arithmetic, x.value, kernel.value)
    parts = [
        product_of_blocks(in_parts(columns, matrices, many), many, repeated, arithmetic, by_group).mapped(
            lambda array: array.swapaxes(0, 1).reshape(-1, *count, filters)
        )
        for columns in _blocks(x, windows, groups)
    ]
    return _joined(parts)


def input_gradient(
    dy: Estimate,
    kernel: Estimate,
    windows: Windows,
    groups: int,
    arithmetic: Arithmetic,
    bias: Estimate | None = None,
) -> Estimate:
    """Return the gradient with respect to the input, (batch, height, width, channels), plus bias (channels,).

    Pixels are taken in turn by their remainder when divided by the strides, since each remainder meets elements of
    the kernel of its own.
    """
    taps = kernel.shape[:2]
    channels = groups * kernel.shape[2]
    shape = dy.shape[0], windows.down.size, windows.across.size, channels
    start = np.broadcast_to(0.0 if bias is None else bias.value, shape).copy()
    inherited = bias is not None and not bias.is_exact
    det = np.broadcast_to(bias.det if bias is not None and inherited else 0.0, shape).copy()
    var = np.broadcast_to(bias.var if bias is not None and inherited else 0.0, shape).copy()
    for down, across in itertools.product(turned(windows.down), turned(windows.across)):

        def part(array: Floats, down: slice = down.taps, across: slice = across.taps) -> Floats:
            return _exchanged(array.reshape(*taps, *kernel.shape[2:])[down, across], groups)

        estimate = output(dy, kernel.mapped(part), Windows(down.windows, across.windows), groups, arithmetic, bias)
        pixels = slice(None), down.pixels, across.pixels
        start[pixels], det[pixels], var[pixels] = estimate.value, estimate.det, estimate.var
    return Estimate(start, det, var)


def kernel_gradient(x: Estimate, dy: Estimate, windows: Windows, groups: int, arithmetic: Arithmetic) -> Estimate:
    """Return the gradient with respect to the kernel, (kernel height, kernel width, channels / groups, filters)."""
    channels, filters = x.shape[3] // groups, dy.shape[3]
    images = _images(x, windows)
    parts = -(-PARTS // -(-x.shape[0] // images))

    def by_group(array: Floats) -> Floats:
        return array.reshape(-1, groups, filters // groups).swapaxes(0, 1)

    def pairs() -> Iterator[tuple[Estimate, Estimate]]:
        every = dy.mapped(by_group)
        start = 0
        for columns in _blocks(x, windows, groups):
            rows = columns.shape[1]
            count = min(parts, rows)
            for begin, end in itertools.pairwise(rows * part // count for part in range(count + 1)):
                yield (
                    columns[:, begin:end].mapped(lambda array: array.swapaxes(1, 2)),
                    every[:, start + begin : start + end],
                )
            start += rows

    many = is_many(dy.value.size * windows.taps * channels)
    sums = product_of_blocks(
        pairs(), many, repeats(dy.value.size // filters, arithmetic, x.value, dy.value), arithmetic
    )
    return sums.mapped(
        lambda array: array.swapaxes(0, 1).reshape(windows.down.taps, windows.across.taps, channels, filters)
    )


def _images(x: Estimate, windows: Windows) -> int:
    """Return how many images a block holds."""
    for_each = windows.down.count * windows.across.count * windows.taps * x.shape[3]
    return max(1, min(x.shape[0], BLOCK_ELEMENTS // for_each))


def _blocks(x: Estimate, windows: Windows, groups: int) -> Iterator[Estimate]:
    """Yield every window as a row, block by block, (groups, images * windows, taps * channels / groups)."""
    images = _images(x, windows)

    def columns(array: Floats) -> Floats:
        view = windows.over(array)
        by_group = view.reshape(*view.shape[:5], groups, -1).transpose(5, 0, 1, 2, 3, 4, 6)
        return by_group.reshape(groups, math.prod(view.shape[:3]), -1)

    for start in range(0, x.shape[0], images):
        yield x[start : start + images].mapped(columns)


def _joined(parts: list[Estimate]) -> Estimate:
    if len(parts) == 1:
        return parts[0]
    return Estimate(
        np.concatenate([part.value for part in parts]),
        np.concatenate([part.det for part in parts]),
        np.concatenate([part.var for part in parts]),
    )


def _matrices(kernel: Floats, groups: int) -> Floats:
    """Return (groups, kernel height * kernel width * channels / groups, filters / groups)."""
    return kernel.reshape(math.prod(kernel.shape[:3]), groups, -1).swapaxes(0, 1)


def _exchanged(kernel: Floats, groups: int) -> Floats:
    """Return the kernel that goes from filters to channels, (height, width, filters / groups, channels)."""
    height, width, channels, filters = kernel.shape
    by_group = kernel.reshape(height, width, channels, groups, filters // groups)
    return by_group.transpose(0, 1, 4, 3, 2).reshape(height, width, filters // groups, groups * channels)
