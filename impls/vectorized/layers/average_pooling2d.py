"""AveragePooling2D: the mean of each window, the padding of ``same`` left out."""

from collections.abc import Mapping

import numpy as np

from harness.cases.problem import Array
from harness.operators.layers import AveragePooling2D
from impls.vectorized.layers._windows import Windows, windows_over


def forward(layer: AveragePooling2D, weights: Mapping[str, Array], x: Array) -> tuple[Array, Windows]:
    """Return y (batch, windows down, windows across, channels) and the windows."""
    windows = windows_over(layer, layer.pool_size, x.shape[1:3])
    padded = windows.pad(x)
    taps = windows.taps
    y = windows.tap(padded, *next(taps)).copy()
    for place in taps:
        y += windows.tap(padded, *place)
    y /= _elements(windows).astype(x.dtype)
    return y, windows


def backward(
    layer: AveragePooling2D, weights: Mapping[str, Array], windows: Windows, dy: Array
) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradient with respect to x (batch, height, width, channels), and none for parameters."""
    share = dy / _elements(windows).astype(dy.dtype)
    dpadded = windows.padded_zeros(dy.shape[0], dy.shape[3], dy.dtype)
    for place in windows.taps:
        into = windows.tap(dpadded, *place)
        into += share
    return windows.inside(dpadded), {}


def _elements(windows: Windows) -> Array:
    """Return how many elements of the image each window has, (windows down, windows across, 1)."""
    down, across = (
        np.minimum(starts + size, image) - np.maximum(starts, 0)
        for starts, size, image in (
            (np.arange(count) * stride - before, size, image)
            for count, stride, before, size, image in zip(
                windows.count, windows.strides, windows.before, windows.size, windows.image, strict=True
            )
        )
    )
    elements: Array = (down[:, np.newaxis] * across)[..., np.newaxis]
    return elements
