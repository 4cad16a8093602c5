"""What wrong layers do with the windows that right ones lay over images."""

from collections.abc import Iterator

import numpy as np

from harness.cases.problem import Array
from harness.faults.stages import LayerStage
from impls.vectorized.layers._windows import Windows, windows_over


def windows_of(stage: LayerStage) -> Windows:
    """Return the windows that a pooling or a convolution lays over its input."""
    layer = stage.layer
    return windows_over(
        layer, getattr(layer, layer.window), stage.x.shape[1:3], getattr(layer, "dilation_rate", (1, 1))
    )


def places(windows: Windows) -> Iterator[tuple[int, int]]:
    """Return row and column of each window among the windows, in row-major order."""
    return np.ndindex(windows.count)


def window(windows: Windows, padded: Array, down: int, across: int) -> Array:
    """Return the view of one window in every image, (batch, *size, channels)."""
    rows, columns = (
        slice(place * stride, place * stride + (size - 1) * apart + 1, apart)
        for place, stride, size, apart in zip(
            (down, across), windows.strides, windows.size, windows.dilation, strict=True
        )
    )
    return padded[:, rows, columns]


def gathered(windows: Windows, x: Array, value: float = 0.0) -> Array:
    """Return every window's elements, (batch, windows down, windows across, taps, channels)."""
    padded = windows.pad(x, value)
    return np.stack([windows.tap(padded, *place) for place in windows.taps], axis=3)


def scattered(windows: Windows, dwindows: Array) -> Array:
    """Return the gradient of x, given that of every window's elements; overlaps add up."""
    dpadded = windows.padded_zeros(len(dwindows), dwindows.shape[-1], dwindows.dtype)
    for number, place in enumerate(windows.taps):
        into = windows.tap(dpadded, *place)
        into += dwindows[:, :, :, number]
    return windows.inside(dpadded)


def assigned(windows: Windows, dwindows: Array) -> Array:
    """Return what is left when each window overwrites those before it."""
    dpadded = windows.padded_zeros(len(dwindows), dwindows.shape[-1], dwindows.dtype)
    for place in places(windows):
        into = window(windows, dpadded, *place)
        into[...] = dwindows[:, *place].reshape(into.shape)
    return windows.inside(dpadded)
