"""Conv1D: cross-correlation of a sequence with a kernel, plus bias: a convolution of images one pixel high."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from harness.cases.problem import Array
from harness.operators.layers.conv1d import Conv1D
from impls.vectorized.layers import _convolution as convolution
from impls.vectorized.layers._channel_sums import channel_sums
from impls.vectorized.layers._windows import Windows, windows_over

Cache = tuple[Windows, Array]


class _Along(NamedTuple):
    """How windows move over images one pixel high, in the words of layers of images."""

    strides: tuple[int, int]
    padding: str


def forward(layer: Conv1D, weights: Mapping[str, Array], x: Array) -> tuple[Array, Cache]:
    """Return y (batch, windows, filters) before the activation, and the cache."""
    windows = _windows(layer, x.shape[1])
    bias = weights["bias"] if layer.use_bias else np.zeros(layer.filters, x.dtype)
    images, kernel = x[:, np.newaxis], weights["kernel"][np.newaxis]
    return convolution.output(images, kernel, bias, windows, layer.groups)[:, 0], (windows, images)


def backward(layer: Conv1D, weights: Mapping[str, Array], cache: Cache, dy: Array) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradients with respect to x (batch, steps, channels) and to each parameter."""
    windows, images = cache
    of_images = dy[:, np.newaxis]
    dx = convolution.input_gradient(of_images, weights["kernel"][np.newaxis], windows, layer.groups)
    gradients = {"kernel": convolution.kernel_gradient(images, of_images, windows, layer.groups)[0]}
    if layer.use_bias:
        gradients["bias"] = channel_sums(dy)
    return dx[:, 0], gradients


def _windows(layer: Conv1D, steps: int) -> Windows:
    """Return the windows over images (1, steps); ``causal`` pads before the sequence, and by a whole window."""
    before = (layer.kernel_size - 1) * layer.dilation_rate if layer.padding == "causal" else 0
    along = _Along((1, layer.strides), "same" if layer.padding == "same" else "valid")
    windows = windows_over(along, (1, layer.kernel_size), (1, steps + before), (1, layer.dilation_rate))
    return replace(windows, image=(1, steps), before=(0, before)) if before else windows
