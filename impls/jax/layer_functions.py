"""Layers as functions of JAX, images as (batch, height, width, channels) all the way."""

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from harness.operators import layers

Tensor = Any
Weights = Mapping[str, Tensor]

# Images, kernels and results as Keras has them.
LAYOUT = ("NHWC", "HWIO", "NHWC")


def add(layer: layers.Add, weights: Weights, *inputs: Tensor) -> Tensor:
    """Return the sum of the inputs."""
    return sum(inputs[1:], inputs[0])


def average_pooling2d(layer: layers.AveragePooling2D, weights: Weights, x: Tensor) -> Tensor:
    """Return the mean of each window, the padding left out."""
    zero = np.zeros((), x.dtype)
    return _windows(layer, x, zero, lax.add) / _windows(layer, jnp.ones_like(x), zero, lax.add)


def concatenate(layer: layers.Concatenate, weights: Weights, *inputs: Tensor) -> Tensor:
    """Return the inputs side by side along the last axis."""
    return jnp.concatenate(inputs, axis=-1)


def conv2d(layer: layers.Conv2D, weights: Weights, x: Tensor) -> Tensor:
    """Return the convolution, before the activation."""
    return _convolution(layer, weights, weights["kernel"], x, layer.groups)


def conv2d_transpose(layer: layers.Conv2DTranspose, weights: Weights, x: Tensor) -> Tensor:
    """Return the transposed convolution, before the activation."""
    y = lax.conv_transpose(
        x,
        weights["kernel"],
        layer.strides,
        layer.padding.upper(),
        dimension_numbers=LAYOUT,
        transpose_kernel=True,
    )
    return y + weights["bias"] if layer.use_bias else y


def dense(layer: layers.Dense, weights: Weights, x: Tensor) -> Tensor:
    """Return the weighted sums, before the activation."""
    y = jnp.matmul(x, weights["kernel"])
    return y + weights["bias"] if layer.use_bias else y


def depthwise_conv2d(layer: layers.DepthwiseConv2D, weights: Weights, x: Tensor) -> Tensor:
    """Return the convolution of each channel with its own kernels, before the activation."""
    channels = x.shape[-1]
    kernel = weights["kernel"].reshape(*layer.kernel_size, 1, channels * layer.depth_multiplier)
    return _convolution(layer, weights, kernel, x, channels)


def flatten(layer: layers.Flatten, weights: Weights, x: Tensor) -> Tensor:
    """Return (batch, features)."""
    return jnp.reshape(x, (x.shape[0], -1))


def global_average_pooling2d(layer: layers.GlobalAveragePooling2D, weights: Weights, x: Tensor) -> Tensor:
    """Return the mean of each channel."""
    return jnp.mean(x, axis=(1, 2), keepdims=layer.keepdims)


def global_max_pooling2d(layer: layers.GlobalMaxPooling2D, weights: Weights, x: Tensor) -> Tensor:
    """Return the maximum of each channel."""
    return jnp.max(x, axis=(1, 2), keepdims=layer.keepdims)


def max_pooling2d(layer: layers.MaxPooling2D, weights: Weights, x: Tensor) -> Tensor:
    """Return the largest element of each window."""
    return _windows(layer, x, np.array(-np.inf, x.dtype), lax.max)


def reshape(layer: layers.Reshape, weights: Weights, x: Tensor) -> Tensor:
    """Return (batch, *target_shape)."""
    return jnp.reshape(x, (x.shape[0], *layer.target_shape))


def zero_padding2d(layer: layers.ZeroPadding2D, weights: Weights, x: Tensor) -> Tensor:
    """Return the image with zeros around it."""
    return jnp.pad(x, ((0, 0), *layer.padding, (0, 0)))


def _convolution(
    layer: layers.Conv2D | layers.DepthwiseConv2D, weights: Weights, kernel: Tensor, x: Tensor, groups: int
) -> Tensor:
    y = lax.conv_general_dilated(
        x,
        kernel,
        layer.strides,
        layer.padding.upper(),
        rhs_dilation=layer.dilation_rate,
        dimension_numbers=LAYOUT,
        feature_group_count=groups,
    )
    return y + weights["bias"] if layer.use_bias else y


def _windows(layer: layers.AveragePooling2D | layers.MaxPooling2D, x: Tensor, initial: Any, operation: Any) -> Tensor:
    window, strides = (1, *layer.pool_size, 1), (1, *layer.strides, 1)
    return lax.reduce_window(x, initial, operation, window, strides, layer.padding.upper())
