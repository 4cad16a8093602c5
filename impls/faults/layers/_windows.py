"""Windows over a batch of images, for rules that lay them wrongly."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.cases.problem import Array
from harness.numerics.geometry import padding_amounts, window_count

Pair = tuple[int, int]


@dataclass(frozen=True)
class Windows:
    """Where windows lie, pairs for (height, width): see ``of``."""

    image: Pair
    size: Pair
    strides: Pair
    dilation: Pair
    before: Pair
    after: Pair
    count: Pair

    @classmethod
    def of(cls, layer: Any, x: Array) -> "Windows":
        """Return the windows that a pooling or a convolution lays over x (batch, height, width, channels)."""
        size = layer.pool_size if hasattr(layer, "pool_size") else layer.kernel_size
        dilation = getattr(layer, "dilation_rate", (1, 1))
        axes = list(zip(x.shape[1:3], size, layer.strides, dilation, strict=True))
        (top, bottom), (left, right) = (
            padding_amounts(pixels, taps, stride, layer.padding, apart) for pixels, taps, stride, apart in axes
        )
        rows, columns = (
            window_count(pixels, taps, stride, layer.padding, apart) for pixels, taps, stride, apart in axes
        )
        image = x.shape[1], x.shape[2]
        return cls(image, size, layer.strides, dilation, (top, left), (bottom, right), (rows, columns))

    @property
    def taps(self) -> Iterator[tuple[int, int]]:
        """Row and column inside a window of each of its elements, in row-major order."""
        return np.ndindex(self.size)

    @property
    def places(self) -> Iterator[tuple[int, int]]:
        """Row and column of each window among the windows, in row-major order."""
        return np.ndindex(self.count)

    def pad(self, x: Array, value: float = 0.0) -> Array:
        """Return x with its padding."""
        (top, left), (bottom, right) = self.before, self.after
        return np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)), constant_values=value)

    def inside(self, padded: Array) -> Array:
        """Return the view without the padding."""
        (top, left), (height, width) = self.before, self.image
        return padded[:, top : top + height, left : left + width]

    def tap(self, padded: Array, row: int, column: int) -> Array:
        """Return the view of what one tap sees in every window, (batch, windows down, windows across, channels)."""
        rows, columns = (
            slice(tap * apart, tap * apart + (count - 1) * stride + 1, stride)
            for tap, apart, count, stride in zip((row, column), self.dilation, self.count, self.strides, strict=True)
        )
        return padded[:, rows, columns]

    def window(self, padded: Array, down: int, across: int) -> Array:
        """Return the view of one window in every image, (batch, *size, channels)."""
        rows, columns = (
            slice(place * stride, place * stride + (size - 1) * apart + 1, apart)
            for place, stride, size, apart in zip((down, across), self.strides, self.size, self.dilation, strict=True)
        )
        return padded[:, rows, columns]

    def gathered(self, x: Array, value: float = 0.0) -> Array:
        """Return every window's elements, (batch, windows down, windows across, taps, channels)."""
        padded = self.pad(x, value)
        return np.stack([self.tap(padded, *place) for place in self.taps], axis=3)

    def scattered(self, dwindows: Array) -> Array:
        """Return the gradient of x, given that of every window's elements; overlaps add up."""
        dpadded = self._empty(dwindows)
        for number, place in enumerate(self.taps):
            into = self.tap(dpadded, *place)
            into += dwindows[:, :, :, number]
        return self.inside(dpadded)

    def assigned(self, dwindows: Array) -> Array:
        """Return what is left when each window overwrites those before it."""
        dpadded = self._empty(dwindows)
        for down, across in self.places:
            into = self.window(dpadded, down, across)
            into[...] = dwindows[:, down, across].reshape(into.shape)
        return self.inside(dpadded)

    def _empty(self, dwindows: Array) -> Array:
        rows, columns = (
            before + size + after for before, size, after in zip(self.before, self.image, self.after, strict=True)
        )
        return np.zeros((len(dwindows), rows, columns, dwindows.shape[-1]), dwindows.dtype)
