"""Conv2D: cross-correlation of an image with a kernel, plus bias."""

from collections.abc import Mapping

import numpy as np

from harness.cases.problem import Array
from harness.operators.layers import Conv2D
from impls.vectorized.layers import _convolution as any_convolution
from impls.vectorized.layers import _unit_stride_convolution as unit_stride_convolution
from impls.vectorized.layers._channel_sums import channel_sums
from impls.vectorized.layers._windows import Windows, windows_over

Cache = tuple[Windows, Array]


def forward(layer: Conv2D, weights: Mapping[str, Array], x: Array) -> tuple[Array, Cache]:
    """Return y (batch, windows down, windows across, filters) before the activation, and the cache."""
    windows = windows_over(layer, layer.kernel_size, x.shape[1:3], layer.dilation_rate)
    kernel = weights["kernel"]
    bias = weights["bias"] if layer.use_bias else np.zeros(layer.filters, x.dtype)
    if _move_by_one_pixel(layer):
        return unit_stride_convolution.output(x, kernel, bias, windows), (windows, x)
    return any_convolution.output(x, kernel, bias, windows, layer.groups), (windows, x)


def backward(layer: Conv2D, weights: Mapping[str, Array], cache: Cache, dy: Array) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradients with respect to x (batch, height, width, channels) and to each parameter."""
    windows, x = cache
    kernel = weights["kernel"]
    if _move_by_one_pixel(layer):
        dx = unit_stride_convolution.input_gradient(dy, kernel, windows)
        gradients = {"kernel": unit_stride_convolution.kernel_gradient(x, dy, windows)}
    else:
        dx = any_convolution.input_gradient(dy, kernel, windows, layer.groups)
        gradients = {"kernel": any_convolution.kernel_gradient(x, dy, windows, layer.groups)}
    if layer.use_bias:
        gradients["bias"] = channel_sums(dy)
    return dx, gradients


def _move_by_one_pixel(layer: Conv2D) -> bool:
    return layer.groups == 1 and layer.strides == (1, 1) and layer.dilation_rate[1] == 1
