"""DepthwiseConv2D: each channel is convolved with its own kernels; output channel c * depth_multiplier + m."""

from collections.abc import Mapping

import numpy as np

from harness.cases.problem import Array
from harness.operators.layers import DepthwiseConv2D
from impls.vectorized.layers._channel_sums import channel_sums
from impls.vectorized.layers._windows import Windows, windows_over

Cache = tuple[Windows, Array]


def forward(layer: DepthwiseConv2D, weights: Mapping[str, Array], x: Array) -> tuple[Array, Cache]:
    """Return y (batch, windows down, windows across, channels * depth_multiplier) and the cache."""
    kernel = weights["kernel"]
    windows = windows_over(layer, layer.kernel_size, x.shape[1:3], layer.dilation_rate)
    padded = windows.pad(x)[..., np.newaxis]
    y = np.zeros((x.shape[0], *windows.count, *kernel.shape[2:]), x.dtype)
    for place in windows.taps:
        y += windows.tap(padded, *place) * kernel[place]
    y = y.reshape(*y.shape[:3], -1)
    if layer.use_bias:
        y += weights["bias"]
    return y, (windows, padded)


def backward(
    layer: DepthwiseConv2D, weights: Mapping[str, Array], cache: Cache, dy: Array
) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradients with respect to x (batch, height, width, channels) and to each parameter."""
    windows, padded = cache
    kernel = weights["kernel"]
    of_each = dy.reshape(*dy.shape[:3], *kernel.shape[2:])
    dkernel = np.empty_like(kernel)
    dpadded = np.zeros(padded.shape[:4], dy.dtype)
    for place in windows.taps:
        dkernel[place] = np.einsum("nijco,nijcm->cm", windows.tap(padded, *place), of_each)
        into = windows.tap(dpadded, *place)
        into += np.einsum("nijcm,cm->nijc", of_each, kernel[place])
    gradients = {"kernel": dkernel}
    if layer.use_bias:
        gradients["bias"] = channel_sums(dy)
    return windows.inside(dpadded), gradients
