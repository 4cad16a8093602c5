"""Where the windows of a convolution or pooling lie on a batch of images, and the views that follow from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from harness.cases.problem import Array
from harness.numerics.geometry import padding_amounts, window_count

Pair = tuple[int, int]


@dataclass(frozen=True)
class Windows:
    """Windows over images, all pairs for (height, width).

    Attributes:
        image: size of the images.
        size: taps of a window, the elements it looks at along each axis.
        strides: from one window to the next.
        dilation: from one tap to the next.
        before: rows and columns that padding adds above and to the left.
        after: those that it adds below and to the right.
        count: how many windows there are along each axis.
    """

    image: Pair
    size: Pair
    strides: Pair
    dilation: Pair
    before: Pair
    after: Pair
    count: Pair

    @property
    def taps(self) -> Iterator[tuple[int, int]]:
        """Row and column inside a window of each of its elements, in row-major order."""
        return np.ndindex(self.size)

    def pad(self, x: Array, value: float = 0.0) -> Array:
        """Return x (batch, height, width, channels) with the padding around it, or x itself where there is none."""
        if self.before == self.after == (0, 0):
            return x
        padded = np.full(self._padded_shape(x.shape[0], x.shape[3]), value, x.dtype)
        self.inside(padded)[...] = x
        return padded

    def padded_zeros(self, batch: int, channels: int, dtype: "np.dtype[np.generic]") -> Array:
        """Return zeros for a batch of padded images, (batch, padded height, padded width, channels)."""
        return np.zeros(self._padded_shape(batch, channels), dtype)

    def inside(self, padded: Array) -> Array:
        """Return the view of padded images that leaves the padding out, (batch, height, width, channels)."""
        (top, left), (height, width) = self.before, self.image
        return padded[:, top : top + height, left : left + width]

    def tap(self, padded: Array, row: int, column: int) -> Array:
        """Return the view of what one tap sees in every window, (batch, windows down, windows across, channels)."""
        rows, columns = (
            slice(tap * dilation, tap * dilation + (count - 1) * stride + 1, stride)
            for tap, dilation, count, stride in zip((row, column), self.dilation, self.count, self.strides, strict=True)
        )
        return padded[:, rows, columns]

    def all(self, padded: Array) -> Array:
        """Return the view of every window, (batch, windows down, windows across, *size, channels)."""
        batch, _, _, channels = padded.shape
        of_image, of_row, of_column, of_channel = padded.strides
        (down, across), (row_apart, column_apart) = self.strides, self.dilation
        return np.lib.stride_tricks.as_strided(
            padded,
            (batch, *self.count, *self.size, channels),
            (of_image, down * of_row, across * of_column, row_apart * of_row, column_apart * of_column, of_channel),
            writeable=False,
        )

    def _padded_shape(self, batch: int, channels: int) -> tuple[int, int, int, int]:
        rows, columns = (
            before + size + after for before, size, after in zip(self.before, self.image, self.after, strict=True)
        )
        return batch, rows, columns, channels


class _Windowed(Protocol):
    """What convolutions and poolings have in common."""

    @property
    def strides(self) -> Pair: ...
    @property
    def padding(self) -> str: ...


def windows_over(layer: _Windowed, size: Pair, image: Pair, dilation: Pair = (1, 1)) -> Windows:
    """Return the windows of that size that a layer lays over images of that size."""
    axes = list(zip(image, size, layer.strides, dilation, strict=True))
    (top, bottom), (left, right) = (
        padding_amounts(pixels, taps, stride, layer.padding, apart) for pixels, taps, stride, apart in axes
    )
    down, across = (window_count(pixels, taps, stride, layer.padding, apart) for pixels, taps, stride, apart in axes)
    return Windows(image, size, layer.strides, dilation, (top, left), (bottom, right), (down, across))
