"""Windows: which pixels they see, and which windows see a pixel, against the definition in plain loops."""

import itertools

import numpy as np
import pytest

from harness.numerics.windows import turned, windows_of
from harness.operators.layers import Conv2D

GEOMETRIES = [
    (size, taps, stride, dilation, padding)
    for size, taps, stride, dilation, padding in itertools.product(
        (5, 8), (1, 2, 3), (1, 2, 3), (1, 2), ("valid", "same")
    )
    if stride == 1 or dilation == 1
]


def axis_of(size, taps, stride, dilation, padding):
    layer = Conv2D(1, taps, strides=stride, dilation_rate=dilation, padding=padding)
    return windows_of(layer, layer.kernel_size, (size, size), layer.dilation_rate)


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
def test_windows_see_the_pixels_of_their_definition(geometry):
    windows = axis_of(*geometry)
    axis = windows.down
    x = np.random.default_rng(0).normal(size=(2, axis.size, axis.size, 3))
    seen = windows.over(x)
    for i, k in np.ndindex(axis.count, axis.taps):
        pixel = i * axis.stride + k * axis.dilation - axis.before
        expected = x[:, pixel, 0] if 0 <= pixel < axis.size else np.zeros((2, 3))
        first = [j for j in range(axis.taps) if j * axis.dilation - axis.before == 0]
        for j in first:
            assert (seen[:, i, 0, k, j] == expected).all()


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
def test_scattering_is_the_transpose_of_seeing(geometry):
    windows = axis_of(*geometry)
    # Integers, whose products and sums are exact.
    random = np.random.default_rng(1)
    x = random.integers(-9, 10, size=(2, windows.down.size, windows.across.size, 3)).astype(np.float64)
    parts = random.integers(-9, 10, size=windows.over(x).shape).astype(np.float64)
    assert (windows.over(x) * parts).sum() == (x * windows.scattered(parts)).sum()


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
def test_turned_windows_find_every_window_that_sees_a_pixel(geometry):
    axis = axis_of(*geometry).down
    found = set()
    for part in turned(axis):
        taps = list(range(axis.taps))[part.taps]
        for m, pixel in enumerate(range(axis.size)[part.pixels]):
            for place, tap in enumerate(taps):
                window = m + place * part.windows.dilation - part.windows.before
                if 0 <= window < axis.count:
                    found.add((pixel, window, tap))
    expected = {
        (pixel, i, k)
        for i, k in np.ndindex(axis.count, axis.taps)
        if 0 <= (pixel := i * axis.stride + k * axis.dilation - axis.before) < axis.size
    }
    assert found == expected
