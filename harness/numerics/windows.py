"""Where the windows of convolutions and poolings lie on images, and which windows see a pixel.

Element k of window i along one axis is pixel ``i * stride + k * dilation - before``; pixels outside are padding.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Protocol

import numpy as np

from harness.numerics.estimate import Floats
from harness.numerics.geometry import padding_amounts, window_count

Pair = tuple[int, int]


@dataclass(frozen=True)
class Axis:
    """Windows along one axis.

    Attributes:
        size: pixels.
        taps: elements of a window.
        stride: from one window to the next.
        dilation: from one element of a window to the next.
        before: padding before the first pixel; negative where the first window begins inside.
        count: windows.
    """

    size: int
    taps: int
    stride: int
    dilation: int
    before: int
    count: int

    @cached_property
    def inside(self) -> Floats:
        """How many elements of each window are pixels, (count,)."""
        pixels = (np.arange(self.count) * self.stride - self.before)[:, None] + np.arange(self.taps) * self.dilation
        counts: Floats = ((pixels >= 0) & (pixels < self.size)).sum(axis=1).astype(np.float64)
        counts.flags.writeable = False
        return counts

    @cached_property
    def padding(self) -> Pair:
        """Pixels to add before and after, for all windows to lie on the result."""
        last = (self.count - 1) * self.stride + (self.taps - 1) * self.dilation - self.before
        return max(self.before, 0), max(last + 1 - self.size, 0)


@dataclass(frozen=True)
class Turned:
    """Every ``stride``-th pixel, as what it receives from the windows that see it.

    Attributes:
        pixels: which.
        taps: the elements of the window that lie on these pixels, in the order in which ``windows`` sees them.
        windows: over the original windows, one of ``windows`` for each pixel.
    """

    pixels: slice
    taps: slice
    windows: Axis


@dataclass(frozen=True)
class Windows:
    """Windows over images, along the height and the width."""

    down: Axis
    across: Axis

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """Both axes."""
        return self.down, self.across

    @property
    def taps(self) -> int:
        """Elements of a window."""
        return self.down.taps * self.across.taps

    @cached_property
    def inside(self) -> Floats:
        """How many elements of each window are pixels, (windows down, windows across, 1)."""
        inside: Floats = (self.down.inside[:, None] * self.across.inside)[..., None]
        inside.flags.writeable = False
        return inside

    @cached_property
    def seen(self) -> Floats:
        """How many windows see each pixel, (1, height, width, 1)."""
        seen = self.gathered(lambda row, column: np.ones(()), 1, 1)
        seen.flags.writeable = False
        return seen

    @property
    def overlap(self) -> bool:
        """Whether a pixel may lie in more than one window; without dilation."""
        return any(axis.stride < axis.taps for axis in self.axes)

    def over(self, x: Floats, padding: float = 0.0) -> Floats:
        """Return the read-only view of every window, (batch, windows down, across, taps down, across, channels).

        Args:
            x: images (batch, height, width, channels).
            padding: the value of pixels outside.
        """
        images = self.padded(x, padding)
        of_image, of_row, of_column, of_channel = images.strides
        top, left = (max(-axis.before, 0) for axis in self.axes)
        view: Floats = np.ndarray(
            (len(x), self.down.count, self.across.count, self.down.taps, self.across.taps, x.shape[3]),
            x.dtype,
            images,
            top * of_row + left * of_column,
            (
                of_image,
                self.down.stride * of_row,
                self.across.stride * of_column,
                self.down.dilation * of_row,
                self.across.dilation * of_column,
                of_channel,
            ),
        )
        view.flags.writeable = False
        return view

    def padded(self, x: Floats, padding: float = 0.0) -> Floats:
        """Return contiguous images on which all windows lie: those given, or a larger copy.

        Args:
            x: images (batch, height, width, channels).
            padding: the value of pixels outside.
        """
        (above, below), (before, after) = self.down.padding, self.across.padding
        if not (above or below or before or after):
            return np.ascontiguousarray(x)
        batch, height, width, channels = x.shape
        larger: Floats = np.full((batch, above + height + below, before + width + after, channels), padding, x.dtype)
        larger[:, above : above + height, before : before + width] = x
        return larger

    def scattered(self, parts: Floats) -> Floats:
        """Return what each pixel receives from the windows' elements, (batch, height, width, channels).

        Args:
            parts: (batch, windows down, across, taps down, across, channels); parts on the padding are dropped.
        """
        return self.gathered(lambda row, column: parts[:, :, :, row, column], len(parts), parts.shape[-1])

    def gathered(self, part: Callable[[int, int], Floats], batch: int, channels: int) -> Floats:
        """Return what each pixel receives from the windows' elements, (batch, height, width, channels).

        Args:
            part: gives what element (row, column) of every window hands on, (batch, windows down, across, channels).
            batch: images.
            channels: of each.
        """
        top, left = self.down.padding[0], self.across.padding[0]
        height, width = (sum(axis.padding) + axis.size for axis in self.axes)
        padded = np.zeros((batch, height, width, channels))
        for row, column in np.ndindex(self.down.taps, self.across.taps):
            self.tap(padded, row, column)[...] += part(row, column)
        return padded[:, top : top + self.down.size, left : left + self.across.size]

    def tap(self, padded: Floats, row: int, column: int) -> Floats:
        """Return the view of one element of every window, (batch, windows down, across, channels)."""
        return padded[:, _seen(self.down, row), _seen(self.across, column)]


class Windowed(Protocol):
    """What convolutions and poolings have in common."""

    @property
    def strides(self) -> Pair:
        """From one window to the next."""

    @property
    def padding(self) -> str:
        """``valid`` or ``same``."""


def windows_of(layer: Windowed, taps: Pair, image: tuple[int, ...], dilation: Pair = (1, 1)) -> Windows:
    """Return the windows that a layer lays over images of that size, (height, width)."""
    height, width = image
    return _windows_of((height, width), taps, layer.strides, layer.padding, dilation)


@lru_cache(maxsize=1024)
def _windows_of(image: Pair, taps: Pair, strides: Pair, padding: str, dilation: Pair) -> Windows:
    down, across = (
        Axis(
            size,
            window,
            stride,
            apart,
            padding_amounts(size, window, stride, padding, apart)[0],
            window_count(size, window, stride, padding, apart),
        )
        for size, window, stride, apart in zip(image, taps, strides, dilation, strict=True)
    )
    return Windows(down, across)


@lru_cache(maxsize=1024)
def turned(axis: Axis) -> tuple[Turned, ...]:
    """Return, for each remainder of a pixel's place divided by the stride, which windows those pixels lie in.

    Pixel ``r + stride m`` lies in window ``m + (r + before - k dilation) / stride`` at each element k for which that is
    an integer. Those k are equally far apart, and so are the windows: windows over windows, elements in reverse.
    Remainders that no window sees are left out.
    """
    found = []
    apart = axis.stride // math.gcd(axis.stride, axis.dilation)
    for remainder in range(min(axis.stride, axis.size)):
        fitting = [k for k in range(apart) if (remainder + axis.before - k * axis.dilation) % axis.stride == 0]
        if not fitting or fitting[0] >= axis.taps:
            continue
        first = fitting[0]
        taps = len(range(first, axis.taps, apart))
        dilation = axis.dilation * apart // axis.stride
        start = (remainder + axis.before - first * axis.dilation) // axis.stride - (taps - 1) * dilation
        pixels = len(range(remainder, axis.size, axis.stride))
        last = first + (taps - 1) * apart
        found.append(
            Turned(
                slice(remainder, None, axis.stride),
                slice(last, first - 1 if first else None, -apart),
                Axis(axis.count, taps, 1, dilation, -start, pixels),
            )
        )
    return tuple(found)


def _seen(axis: Axis, tap: int) -> slice:
    start = tap * axis.dilation + max(-axis.before, 0)
    return slice(start, start + (axis.count - 1) * axis.stride + 1, axis.stride)


@lru_cache(maxsize=1024)
def windows_over_sequence(steps: int, taps: int, stride: int, padding: str, dilation: int = 1) -> Windows:
    """Return the windows over a sequence, as over an image one pixel high; ``causal`` pads before its start only."""
    causal = (taps - 1) * dilation if padding == "causal" else 0
    kind = "same" if padding == "same" else "valid"
    before = causal or padding_amounts(steps, taps, stride, kind, dilation)[0]
    count = window_count(steps + causal, taps, stride, kind, dilation)
    return Windows(Axis(1, 1, 1, 1, 0, 1), Axis(steps, taps, stride, dilation, before, count))
