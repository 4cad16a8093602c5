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

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.coherence import repeats
from harness.numerics.estimate import Estimate, Floats, joined
from harness.numerics.products import is_many, parts_for, product_of_blocks
from harness.numerics.sizes import Exact, Lengths, lengths
from harness.numerics.summation import PARTS
from harness.numerics.windows import Windows, turned

# A block's windows, their magnitudes and squares stay in the processor's cache until they are used.
BLOCK_ELEMENTS = 2**17
# So do the sums of a block, of which there are a dozen arrays.
BLOCK_SUMS = 2**15


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
    n = matrices.shape[1]
    many = is_many(x.shape[0] * count[0] * count[1] * matrices.value.size)
    repeated = repeats(n, arithmetic, x.value, kernel.value)
    parts = parts_for(n, many)
    of_rows = _lengths_of_windows(x.value, windows, groups) if many else None
    of_columns = lengths(matrices.value, "gnf,gnf->gf") if many else None
    found, start = [], 0
    for columns in _blocks(x, windows, groups, filters):
        sizes: Exact | Lengths = Exact()
        if of_rows is not None and of_columns is not None:
            rows = slice(start, start + columns.shape[1])
            sizes = Lengths((of_rows[0][:, rows], of_rows[1][:, rows]), of_columns)
        sums = product_of_blocks([(columns, matrices)], sizes, parts, repeated, arithmetic, by_group)
        found.append(sums.mapped(lambda array: array.swapaxes(0, 1).reshape(-1, *count, filters)))
        start += columns.shape[1]
    return joined(found)


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
    start = Estimate.exact(0.0) if bias is None else bias
    value, worst_case, variance = (np.full(shape, array) for array in (start.value, start.worst_case, start.variance))
    for down, across in itertools.product(turned(windows.down), turned(windows.across)):

        def part(array: Floats, down: slice = down.taps, across: slice = across.taps) -> Floats:
            return _exchanged(array.reshape(*taps, *kernel.shape[2:])[down, across], groups)

        estimate = output(dy, kernel.mapped(part), Windows(down.windows, across.windows), groups, arithmetic, bias)
        if estimate.shape == shape:
            return estimate
        pixels = slice(None), down.pixels, across.pixels
        value[pixels], worst_case[pixels], variance[pixels] = estimate.value, estimate.worst_case, estimate.variance
    return Estimate(value, worst_case, variance)


def kernel_gradient(x: Estimate, dy: Estimate, windows: Windows, groups: int, arithmetic: Arithmetic) -> Estimate:
    """Return the gradient with respect to the kernel, (kernel height, kernel width, channels / groups, filters)."""
    channels, filters = x.shape[3] // groups, dy.shape[3]
    images = _images(x, windows, 0)
    parts = -(-PARTS // -(-x.shape[0] // images))

    def by_group(array: Floats) -> Floats:
        return array.reshape(-1, groups, filters // groups).swapaxes(0, 1)

    every = dy.mapped(by_group)

    def pairs() -> Iterator[tuple[Estimate, Estimate]]:
        start = 0
        for columns in _blocks(x, windows, groups, 0):
            rows = columns.shape[1]
            yield columns.mapped(lambda array: array.swapaxes(1, 2)), every[:, start : start + rows]
            start += rows

    sizes: Exact | Lengths = Exact()
    if is_many(dy.value.size * windows.taps * channels):
        sizes = Lengths(_lengths_of_taps(x.value, windows, groups), lengths(every.value, "gnf,gnf->gf"))
    repeated = repeats(dy.value.size // filters, arithmetic, x.value, dy.value)
    return product_of_blocks(pairs(), sizes, parts, repeated, arithmetic).mapped(
        lambda array: array.swapaxes(0, 1).reshape(windows.down.taps, windows.across.taps, channels, filters)
    )


def _lengths_of_windows(x: Floats, windows: Windows, groups: int) -> tuple[Floats, Floats]:
    """Return Σ x² and Σ x⁴ over each window, (groups, images * windows): those of its pixels, added up."""
    by_group = x.reshape(*x.shape[:3], groups, -1)
    together = max(1, BLOCK_SUMS * len(x) // x.size)
    parts = [lengths(by_group[begin : begin + together], "bhwgc,bhwgc->bhwg") for begin in range(0, len(x), together)]

    def of_windows(array: Floats) -> Floats:
        padded = windows.padded(array)
        total = np.zeros((len(x), windows.down.count, windows.across.count, groups))
        for row, column in np.ndindex(windows.down.taps, windows.across.taps):
            total += windows.tap(padded, row, column)
        return total.reshape(-1, groups).T

    return (
        of_windows(np.concatenate([squares for squares, _ in parts])),
        of_windows(np.concatenate([fourths for _, fourths in parts])),
    )


def _lengths_of_taps(x: Floats, windows: Windows, groups: int) -> tuple[Floats, Floats]:
    """Return Σ x² and Σ x⁴ over what each tap sees, (groups, taps * channels / groups): over images, then pixels."""
    of_pixels = lengths(x, "bhwc,bhwc->hwc")

    def of_taps(array: Floats) -> Floats:
        padded = windows.padded(array[np.newaxis])
        seen = [
            windows.tap(padded, *tap).sum(axis=(0, 1, 2)) for tap in np.ndindex(windows.down.taps, windows.across.taps)
        ]
        return np.reshape(seen, (windows.taps, groups, -1)).swapaxes(0, 1).reshape(groups, -1)

    return of_taps(of_pixels[0]), of_taps(of_pixels[1])


def _images(x: Estimate, windows: Windows, filters: int) -> int:
    """Return how many images a block holds."""
    of_image = windows.down.count * windows.across.count
    return max(
        1,
        min(
            x.shape[0],
            BLOCK_ELEMENTS // (of_image * windows.taps * x.shape[3]),
            BLOCK_SUMS // (of_image * filters) if filters else x.shape[0],
        ),
    )


def _blocks(x: Estimate, windows: Windows, groups: int, filters: int) -> Iterator[Estimate]:
    """Yield each window as a row, block by block.

    Rows are (groups, images * windows, taps * channels / groups). ``filters`` is that of sums kept for every window.
    """
    images = _images(x, windows, filters)

    def columns(array: Floats) -> Floats:
        view = windows.over(array)
        if groups == 1:
            return view.reshape(1, math.prod(view.shape[:3]), -1)
        by_group = view.reshape(*view.shape[:5], groups, -1).transpose(5, 0, 1, 2, 3, 4, 6)
        return by_group.reshape(groups, math.prod(view.shape[:3]), -1)

    for start in range(0, x.shape[0], images):
        yield (x[start : start + images] if images < x.shape[0] else x).mapped(columns)


def _matrices(kernel: Floats, groups: int) -> Floats:
    """Return (groups, kernel height * kernel width * channels / groups, filters / groups)."""
    return kernel.reshape(math.prod(kernel.shape[:3]), groups, -1).swapaxes(0, 1)


def _exchanged(kernel: Floats, groups: int) -> Floats:
    """Return the kernel that goes from filters to channels, (height, width, filters / groups, channels)."""
    height, width, channels, filters = kernel.shape
    by_group = kernel.reshape(height, width, channels, groups, filters // groups)
    return by_group.transpose(0, 1, 4, 3, 2).reshape(height, width, filters // groups, groups * channels)
