"""Layers whose outputs are sums of products of inputs and kernel."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.cases.problem import Array
from harness.numerics.geometry import padding_amounts
from harness.operators import layers
from harness.operators.specification import Shape
from impls.numba.arrays import writeable
from impls.numba.convolution_loops import Geometry, correlate, gather, spread

Weights = Mapping[str, Array]
Backward = tuple[Array, Mapping[str, Array]]


class Convolution:
    """Conv2D, and by other kernels and geometries dense and depthwise layers."""

    def forward(self, layer: Any, weights: Weights, x: Array) -> tuple[Array, Array]:
        images, kernel = self.images(x), self.kernel(layer, weights)
        shape = (x.shape[0], *layer.output_shape(x.shape[1:]))
        y = np.empty((*shape[:1], *(1,) * (4 - len(shape)), *shape[1:]), x.dtype)
        correlate(writeable(images), writeable(kernel), y, self.geometry(layer, images.shape))
        y = y.reshape(shape)
        return (y + weights["bias"] if layer.use_bias else y), x

    def backward(self, layer: Any, weights: Weights, x: Array, dy: Array) -> Backward:
        images, kernel = self.images(x), self.kernel(layer, weights)
        geometry, dwindows = self.geometry(layer, images.shape), writeable(self.images(dy))
        dx, dkernel = np.zeros(images.shape), np.zeros(kernel.shape)
        spread(dwindows, writeable(kernel), dx, geometry)
        gather(writeable(images), dwindows, dkernel, geometry)
        gradients = {"kernel": dkernel.reshape(weights["kernel"].shape).astype(dy.dtype)}
        return dx.reshape(x.shape).astype(dy.dtype), gradients | _bias_gradient(layer, dy)

    def images(self, x: Array) -> Array:
        """Return x as (batch, height, width, channels)."""
        return x

    def kernel(self, layer: Any, weights: Weights) -> Array:
        """Return the kernel as (height, width, channels of a group, filters)."""
        return weights["kernel"]

    def geometry(self, layer: Any, shape: Shape) -> Geometry:
        """Return how the windows lie over images of this shape."""
        before = tuple(
            padding_amounts(shape[1 + axis], layer.kernel_size[axis], layer.strides[axis], layer.padding, dilation)[0]
            for axis, dilation in enumerate(layer.dilation_rate)
        )
        return Geometry(layer.strides, (before[0], before[1]), layer.dilation_rate, self.groups(layer, shape))

    def groups(self, layer: Any, shape: Shape) -> int:
        """Return how many groups of channels there are."""
        return int(layer.groups)


class DepthwiseConvolution(Convolution):
    """Each channel is a group."""

    def kernel(self, layer: layers.DepthwiseConv2D, weights: Weights) -> Array:
        height, width, channels, multiplier = weights["kernel"].shape
        return weights["kernel"].reshape(height, width, 1, channels * multiplier)

    def groups(self, layer: layers.DepthwiseConv2D, shape: Shape) -> int:
        return shape[-1]


class Dense(Convolution):
    """A kernel of one pixel over an image of one pixel."""

    def images(self, x: Array) -> Array:
        return x[:, None, None, :]

    def kernel(self, layer: layers.Dense, weights: Weights) -> Array:
        return weights["kernel"][None, None]

    def geometry(self, layer: layers.Dense, shape: Shape) -> Geometry:
        return Geometry((1, 1), (0, 0))


class TransposedConvolution:
    """The input gradient of a convolution used as a layer: forward spreads, backward correlates."""

    def forward(self, layer: layers.Conv2DTranspose, weights: Weights, x: Array) -> tuple[Array, Array]:
        y = np.zeros((x.shape[0], *layer.output_shape(x.shape[1:])))
        spread(writeable(x), writeable(weights["kernel"]), y, self._geometry(layer, y.shape))
        return (y + weights["bias"] if layer.use_bias else y).astype(x.dtype), x

    def backward(self, layer: layers.Conv2DTranspose, weights: Weights, x: Array, dy: Array) -> Backward:
        geometry = self._geometry(layer, dy.shape)
        dx, dkernel = np.empty(x.shape, dy.dtype), np.zeros(weights["kernel"].shape)
        correlate(writeable(dy), writeable(weights["kernel"]), dx, geometry)
        gather(writeable(dy), writeable(x), dkernel, geometry)
        return dx, {"kernel": dkernel.astype(dy.dtype)} | _bias_gradient(layer, dy)

    def _geometry(self, layer: layers.Conv2DTranspose, shape: Shape) -> Geometry:
        top, left = (
            padding_amounts(shape[1 + axis], layer.kernel_size[axis], layer.strides[axis], layer.padding)[0]
            for axis in (0, 1)
        )
        return Geometry(layer.strides, (top, left))


def _bias_gradient(layer: Any, dy: Array) -> dict[str, Array]:
    sums = dy.reshape(-1, dy.shape[-1]).sum(axis=0, dtype=np.float64).astype(dy.dtype)
    return {"bias": sums} if layer.use_bias else {}
