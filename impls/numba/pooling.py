"""Pooling: windows over images (batch, height, width, channels), the padding left out."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import njit

from harness.cases.problem import Array
from harness.numerics.geometry import padding_amounts
from harness.operators import layers
from harness.operators.specification import Shape
from impls.numba.arrays import writeable

Weights = Mapping[str, Array]
Backward = tuple[Array, Mapping[str, Array]]
Pair = tuple[int, int]


class MaxPooling:
    """The largest element of each window; ties go to the first in row-major order."""

    def forward(self, layer: layers.MaxPooling2D, weights: Weights, x: Array) -> tuple[Array, tuple[Shape, Array]]:
        y = np.empty((x.shape[0], *layer.output_shape(x.shape[1:])), x.dtype)
        winners = np.empty((*y.shape, 2), np.int64)
        _largest(writeable(x), layer.pool_size, layer.strides, _before(layer, x.shape), y, winners)
        return y, (x.shape, winners)

    def backward(self, layer: layers.MaxPooling2D, weights: Weights, cache: tuple[Shape, Array], dy: Array) -> Backward:
        shape, winners = cache
        dx = np.zeros(shape)
        _route(writeable(dy), winners, dx)
        return dx.astype(dy.dtype), {}


class AveragePooling:
    """The mean of each window."""

    def forward(self, layer: layers.AveragePooling2D, weights: Weights, x: Array) -> tuple[Array, Shape]:
        y = np.empty((x.shape[0], *layer.output_shape(x.shape[1:])), x.dtype)
        _means(writeable(x), layer.pool_size, layer.strides, _before(layer, x.shape), y)
        return y, x.shape

    def backward(self, layer: layers.AveragePooling2D, weights: Weights, shape: Shape, dy: Array) -> Backward:
        dx = np.zeros(shape)
        _shares(writeable(dy), layer.pool_size, layer.strides, _before(layer, shape), dx)
        return dx.astype(dy.dtype), {}


class GlobalAveragePooling:
    """The mean of each channel: one window as large as the image."""

    def forward(self, layer: layers.GlobalAveragePooling2D, weights: Weights, x: Array) -> tuple[Array, Shape]:
        y = np.empty((x.shape[0], 1, 1, x.shape[3]), x.dtype)
        _means(writeable(x), x.shape[1:3], (1, 1), (0, 0), y)
        return y.reshape(x.shape[0], *layer.output_shape(x.shape[1:])), x.shape

    def backward(self, layer: layers.GlobalAveragePooling2D, weights: Weights, shape: Shape, dy: Array) -> Backward:
        dx = np.zeros(shape)
        _shares(writeable(dy.reshape(shape[0], 1, 1, shape[3])), shape[1:3], (1, 1), (0, 0), dx)
        return dx.astype(dy.dtype), {}


class GlobalMaxPooling:
    """The maximum of each channel; equal maxima share its gradient, as in TensorFlow."""

    def forward(self, layer: layers.GlobalMaxPooling2D, weights: Weights, x: Array) -> tuple[Array, Array]:
        y = x.max(axis=(1, 2))
        return y.reshape(x.shape[0], *layer.output_shape(x.shape[1:])), x

    def backward(self, layer: layers.GlobalMaxPooling2D, weights: Weights, x: Array, dy: Array) -> Backward:
        dx = np.zeros_like(x)
        _share_among_maxima(writeable(x), writeable(dy.reshape(x.shape[0], x.shape[3])), dx)
        return dx, {}


def _before(layer: Any, shape: Shape) -> Pair:
    top, left = (
        padding_amounts(shape[1 + axis], layer.pool_size[axis], layer.strides[axis], layer.padding)[0]
        for axis in (0, 1)
    )
    return top, left


@njit  # type: ignore[untyped-decorator]
def _bounds(number: Any, stride: Any, before: Any, window: Any, size: Any) -> Any:
    """Return where a window starts and ends inside the image, along one axis."""
    start = number * stride - before
    return max(start, 0), min(start + window, size)


@njit  # type: ignore[untyped-decorator]
def _largest(x: Any, window: Any, strides: Any, before: Any, y: Any, winners: Any) -> Any:
    for sample in range(y.shape[0]):
        for i in range(y.shape[1]):
            top, bottom = _bounds(i, strides[0], before[0], window[0], x.shape[1])
            for j in range(y.shape[2]):
                left, right = _bounds(j, strides[1], before[1], window[1], x.shape[2])
                for channel in range(y.shape[3]):
                    best_row, best_column = top, left
                    for row in range(top, bottom):
                        for column in range(left, right):
                            if x[sample, row, column, channel] > x[sample, best_row, best_column, channel]:
                                best_row, best_column = row, column
                    y[sample, i, j, channel] = x[sample, best_row, best_column, channel]
                    winners[sample, i, j, channel, 0] = best_row
                    winners[sample, i, j, channel, 1] = best_column


@njit  # type: ignore[untyped-decorator]
def _route(dy: Any, winners: Any, dx: Any) -> Any:
    for sample in range(dy.shape[0]):
        for i in range(dy.shape[1]):
            for j in range(dy.shape[2]):
                for channel in range(dy.shape[3]):
                    row, column = winners[sample, i, j, channel, 0], winners[sample, i, j, channel, 1]
                    dx[sample, row, column, channel] += dy[sample, i, j, channel]


@njit  # type: ignore[untyped-decorator]
def _means(x: Any, window: Any, strides: Any, before: Any, y: Any) -> Any:
    for sample in range(y.shape[0]):
        for i in range(y.shape[1]):
            top, bottom = _bounds(i, strides[0], before[0], window[0], x.shape[1])
            for j in range(y.shape[2]):
                left, right = _bounds(j, strides[1], before[1], window[1], x.shape[2])
                for channel in range(y.shape[3]):
                    total = 0.0
                    for row in range(top, bottom):
                        for column in range(left, right):
                            total += x[sample, row, column, channel]
                    y[sample, i, j, channel] = total / ((bottom - top) * (right - left))


@njit  # type: ignore[untyped-decorator]
def _shares(dy: Any, window: Any, strides: Any, before: Any, dx: Any) -> Any:
    for sample in range(dy.shape[0]):
        for i in range(dy.shape[1]):
            top, bottom = _bounds(i, strides[0], before[0], window[0], dx.shape[1])
            for j in range(dy.shape[2]):
                left, right = _bounds(j, strides[1], before[1], window[1], dx.shape[2])
                for channel in range(dy.shape[3]):
                    share = float(dy[sample, i, j, channel]) / ((bottom - top) * (right - left))
                    for row in range(top, bottom):
                        for column in range(left, right):
                            dx[sample, row, column, channel] += share


@njit  # type: ignore[untyped-decorator]
def _share_among_maxima(x: Any, dy: Any, dx: Any) -> Any:
    for sample in range(x.shape[0]):
        for channel in range(x.shape[3]):
            image = x[sample, :, :, channel]
            largest = image.max()
            count = (image == largest).sum()
            for row in range(x.shape[1]):
                for column in range(x.shape[2]):
                    if image[row, column] == largest:
                        dx[sample, row, column, channel] = dy[sample, channel] / count
