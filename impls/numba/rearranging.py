"""Layers that only move or add elements: nothing here is worth compiling."""

from collections.abc import Mapping

import numpy as np

from harness.cases.problem import Array
from harness.operators import layers
from harness.operators.specification import Shape

Weights = Mapping[str, Array]
Nothing = Mapping[str, Array]


class Add:
    """The sum of several inputs."""

    def forward(self, layer: layers.Add, weights: Weights, x: tuple[Array, ...]) -> tuple[Array, int]:
        return sum(x[1:], x[0]), len(x)

    def backward(self, layer: layers.Add, weights: Weights, count: int, dy: Array) -> tuple[tuple[Array, ...], Nothing]:
        return (dy,) * count, {}


class Concatenate:
    """Inputs side by side along the last axis."""

    def forward(self, layer: layers.Concatenate, weights: Weights, x: tuple[Array, ...]) -> tuple[Array, list[int]]:
        return np.concatenate(x, axis=-1), [int(end) for end in np.cumsum([part.shape[-1] for part in x[:-1]])]

    def backward(
        self, layer: layers.Concatenate, weights: Weights, ends: list[int], dy: Array
    ) -> tuple[tuple[Array, ...], Nothing]:
        return tuple(np.split(dy, ends, axis=-1)), {}


class Reshaped:
    """The same elements under another shape: Flatten and Reshape."""

    def forward(self, layer: layers.Flatten | layers.Reshape, weights: Weights, x: Array) -> tuple[Array, Shape]:
        return x.reshape(x.shape[0], *layer.output_shape(x.shape[1:])), x.shape

    def backward(
        self, layer: layers.Flatten | layers.Reshape, weights: Weights, shape: Shape, dy: Array
    ) -> tuple[Array, Nothing]:
        return dy.reshape(shape), {}


class ZeroPadding:
    """Rows and columns of zeros around an image."""

    def forward(self, layer: layers.ZeroPadding2D, weights: Weights, x: Array) -> tuple[Array, Shape]:
        return np.pad(x, ((0, 0), *layer.padding, (0, 0))), x.shape

    def backward(self, layer: layers.ZeroPadding2D, weights: Weights, shape: Shape, dy: Array) -> tuple[Array, Nothing]:
        (top, _), (left, _) = layer.padding
        return dy[:, top : top + shape[1], left : left + shape[2]], {}
