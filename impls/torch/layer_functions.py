"""Layers as functions of torch: images are (batch, height, width, channels) outside, channels first inside."""

import math
from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  # the name it has everywhere

from harness.numerics.geometry import padding_amounts
from harness.operators import layers

Tensor = Any
Weights = Mapping[str, Tensor]


def add(layer: layers.Add, weights: Weights, *inputs: Tensor) -> Tensor:
    """Return the sum of the inputs."""
    return sum(inputs[1:], inputs[0])


def average_pooling2d(layer: layers.AveragePooling2D, weights: Weights, x: Tensor) -> Tensor:
    """Return the mean of each window, the padding left out."""
    # count_include_pad=False leaves out only what avg_pool2d pads itself, which is the same on both sides.
    totals = _window_totals(layer, x)
    return _channels_last(totals / _window_totals(layer, torch.ones_like(x)))


def concatenate(layer: layers.Concatenate, weights: Weights, *inputs: Tensor) -> Tensor:
    """Return the inputs side by side along the last axis."""
    return torch.cat(inputs, dim=-1)


def conv2d(layer: layers.Conv2D, weights: Weights, x: Tensor) -> Tensor:
    """Return the convolution, before the activation."""
    kernel = weights["kernel"].permute(3, 2, 0, 1)
    return _convolution(layer, kernel, weights.get("bias"), x, layer.groups)


def conv2d_transpose(layer: layers.Conv2DTranspose, weights: Weights, x: Tensor) -> Tensor:
    """Return the transposed convolution, before the activation."""
    pairs = tuple(zip(layer.kernel_size, layer.strides, strict=True))
    beyond_the_last_window = tuple(max(stride - kernel, 0) for kernel, stride in pairs)
    # As in a convolution: the kernel gradient fails for some kernels that lie in memory in another order.
    kernel = weights["kernel"].permute(3, 2, 0, 1).contiguous()
    full = F.conv_transpose2d(
        _channels_first(x), kernel, weights.get("bias"), layer.strides, output_padding=beyond_the_last_window
    )
    height, width, _ = layer.output_shape(tuple(x.shape[1:]))
    top, left = (
        padding_amounts(size, kernel, stride, layer.padding)[0]
        for size, (kernel, stride) in zip((height, width), pairs, strict=True)
    )
    return _channels_last(full[:, :, top : top + height, left : left + width])


def dense(layer: layers.Dense, weights: Weights, x: Tensor) -> Tensor:
    """Return the weighted sums, before the activation."""
    return F.linear(x, weights["kernel"].T, weights.get("bias"))


def depthwise_conv2d(layer: layers.DepthwiseConv2D, weights: Weights, x: Tensor) -> Tensor:
    """Return the convolution of each channel with its own kernels, before the activation."""
    channels = x.shape[-1]
    kernel = weights["kernel"].permute(2, 3, 0, 1)
    kernel = kernel.reshape(channels * layer.depth_multiplier, 1, *layer.kernel_size)
    return _convolution(layer, kernel, weights.get("bias"), x, channels)


def flatten(layer: layers.Flatten, weights: Weights, x: Tensor) -> Tensor:
    """Return (batch, features)."""
    return torch.flatten(x, 1)


def global_average_pooling2d(layer: layers.GlobalAveragePooling2D, weights: Weights, x: Tensor) -> Tensor:
    """Return the mean of each channel."""
    return x.mean(dim=(1, 2), keepdim=layer.keepdims)


def global_max_pooling2d(layer: layers.GlobalMaxPooling2D, weights: Weights, x: Tensor) -> Tensor:
    """Return the maximum of each channel."""
    return x.amax(dim=(1, 2), keepdim=layer.keepdims)


def max_pooling2d(layer: layers.MaxPooling2D, weights: Weights, x: Tensor) -> Tensor:
    """Return the largest element of each window."""
    # max_pool2d pads itself only as much on one side as on the other.
    padded = _padded(layer, layer.pool_size, _channels_first(x), value=-math.inf)
    return _channels_last(F.max_pool2d(padded, layer.pool_size, layer.strides))


def reshape(layer: layers.Reshape, weights: Weights, x: Tensor) -> Tensor:
    """Return (batch, *target_shape)."""
    return x.reshape(x.shape[0], *layer.target_shape)


def zero_padding2d(layer: layers.ZeroPadding2D, weights: Weights, x: Tensor) -> Tensor:
    """Return the image with zeros around it."""
    (top, bottom), (left, right) = layer.padding
    return F.pad(x, (0, 0, left, right, top, bottom))


def _convolution(
    layer: layers.Conv2D | layers.DepthwiseConv2D, kernel: Tensor, bias: Tensor | None, x: Tensor, groups: int
) -> Tensor:
    # padding="same" of conv2d refuses strides, and pads otherwise than Keras.
    padded = _padded(layer, layer.kernel_size, _channels_first(x), layer.dilation_rate)
    # The kernel gradient of torch 2.13 fails in float64 for some kernels that lie in memory in another order.
    y = F.conv2d(padded, kernel.contiguous(), bias, layer.strides, dilation=layer.dilation_rate, groups=groups)
    return _channels_last(y)


def _window_totals(layer: layers.AveragePooling2D, x: Tensor) -> Tensor:
    padded = _padded(layer, layer.pool_size, _channels_first(x))
    return F.avg_pool2d(padded, layer.pool_size, layer.strides, divisor_override=1)


def _padded(
    layer: Any, window: tuple[int, int], x: Tensor, dilation: tuple[int, int] = (1, 1), value: float = 0.0
) -> Tensor:
    """Return images, channels first, with what ``same`` adds around them."""
    (top, bottom), (left, right) = (
        padding_amounts(x.shape[2 + axis], window[axis], layer.strides[axis], layer.padding, dilation[axis])
        for axis in (0, 1)
    )
    return F.pad(x, (left, right, top, bottom), value=value)


def _channels_first(x: Tensor) -> Tensor:
    return x.permute(0, 3, 1, 2)


def _channels_last(y: Tensor) -> Tensor:
    return y.permute(0, 2, 3, 1)
