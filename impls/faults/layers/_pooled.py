"""Errors that several poolings may have."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from harness.cases.problem import Array
from harness.faults.stages import LayerStage
from impls.faults.layers._windows import gathered, scattered, windows_of
from impls.vectorized.layers._windows import Windows


def strides_as_pool_size(stage: LayerStage, y: Array) -> Array:
    """Move windows by their own size."""
    return stage.but(layer=replace(stage.layer, strides=stage.layer.pool_size)).forward()


def windows_of_two(stage: LayerStage, y: Array) -> Array:
    """Look at the first 2 by 2 elements of each window."""
    size = tuple(min(2, each) for each in stage.layer.pool_size)
    smaller = stage.but(layer=replace(stage.layer, pool_size=size)).forward()
    return smaller[:, : y.shape[1], : y.shape[2]]


def window_turned(stage: LayerStage, y: Array) -> Array:
    """Exchange height and width of the window."""
    return stage.but(layer=replace(stage.layer, pool_size=stage.layer.pool_size[::-1])).forward()


def size_by_stride(stage: LayerStage, y: Array) -> Array:
    """Expect size // stride windows."""
    return _resized(stage, y, lambda size, window, stride: size // stride)


def size_without_plus_1(stage: LayerStage, y: Array) -> Array:
    """Expect (size - window + 1) // stride windows."""
    return _resized(stage, y, lambda size, window, stride: (size - window + 1) // stride)


def size_rounded_up(stage: LayerStage, y: Array) -> Array:
    """Expect ceil((size - window) / stride) + 1 windows."""
    return _resized(stage, y, lambda size, window, stride: -(-(size - window) // stride) + 1)


def elements_of(stage: LayerStage, padding: float = 0.0) -> tuple[Windows, Array]:
    """Return windows and their elements, (batch, windows down, windows across, taps, channels)."""
    windows = windows_of(stage)
    return windows, gathered(windows, stage.x, padding)


def one_hot(winner: Array, taps: int) -> Array:
    """Return whether each tap is number ``winner`` of its window, with an axis of taps before the channels."""
    return np.asarray(winner[:, :, :, np.newaxis] == np.arange(taps)[:, np.newaxis])


def to_every_element(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Give the whole gradient to every element of the window."""
    windows, elements = elements_of(stage)
    return scattered(windows, np.ones_like(elements) * dy[:, :, :, np.newaxis])


def to_every_pixel(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Give the whole gradient to every element of the image."""
    return np.broadcast_to(dy.reshape(len(dy), 1, 1, -1), stage.x.shape)


def _resized(stage: LayerStage, y: Array, count: Callable[[int, int, int], int]) -> Array:
    """Return outputs of so many windows: those too many see what is left of the image, or 0 where nothing is."""
    windows = windows_of(stage)
    if stage.layer.padding != "valid":
        return y
    rows, columns = (count(*each) for each in zip(windows.image, windows.size, windows.strides, strict=True))
    larger = stage.but(layer=replace(stage.layer, padding="same")).forward()
    at_start = y[:, :rows, :columns]
    resized = np.zeros((len(y), rows, columns, y.shape[3]), y.dtype)
    seen = larger[:, max(larger.shape[1] - rows, 0) :, max(larger.shape[2] - columns, 0) :]
    resized[:, : seen.shape[1], : seen.shape[2]] = seen
    resized[:, : at_start.shape[1], : at_start.shape[2]] = at_start
    return resized
