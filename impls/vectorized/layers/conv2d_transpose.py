"""Conv2DTranspose: the input gradient of a convolution, used as a layer.

The convolution's images are this layer's outputs, its windows this layer's input elements.
"""

from collections.abc import Mapping

import numpy as np

from harness.cases.problem import Array
from harness.operators.layers import Conv2DTranspose
from impls.vectorized.layers import _convolution as convolution
from impls.vectorized.layers._channel_sums import channel_sums
from impls.vectorized.layers._windows import Windows, windows_over

Cache = tuple[Windows, Array]


def forward(layer: Conv2DTranspose, weights: Mapping[str, Array], x: Array) -> tuple[Array, Cache]:
    """Return y (batch, out_height, out_width, filters) before the activation, and the cache."""
    height, width, _ = layer.output_shape(x.shape[1:])
    windows = windows_over(layer, layer.kernel_size, (height, width))
    y = convolution.input_gradient(x, weights["kernel"], windows, groups=1)
    if layer.use_bias:
        y = y + weights["bias"]
    return y, (windows, x)


def backward(
    layer: Conv2DTranspose, weights: Mapping[str, Array], cache: Cache, dy: Array
) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradients with respect to x (batch, height, width, channels) and to each parameter."""
    windows, x = cache
    gradients = {"kernel": convolution.kernel_gradient(dy, x, windows, groups=1)}
    if layer.use_bias:
        gradients["bias"] = channel_sums(dy)
    no_bias = np.zeros(x.shape[3], dy.dtype)
    return convolution.output(dy, weights["kernel"], no_bias, windows, groups=1), gradients
