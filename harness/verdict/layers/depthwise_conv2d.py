"""DepthwiseConv2D: a convolution with one group for each channel.

Kernel (height, width, channels, multiplier) holds the same numbers in the same order as the kernel
(height, width, 1, channels × multiplier) of that convolution, whose error this is; n = taps (+ 1 for the bias).
"""

from collections.abc import Mapping

from harness.numerics import convolution
from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.numerics.summation import total
from harness.numerics.windows import Windows, windows_of
from harness.operators.layers import DepthwiseConv2D

Cache = tuple[Windows, Estimate]


def forward(
    layer: DepthwiseConv2D, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic
) -> tuple[Estimate, Cache]:
    """Return y (batch, windows down, windows across, channels * multiplier) before the activation, and the cache."""
    _, height, width, channels = x.shape
    windows = windows_of(layer, layer.kernel_size, (height, width), layer.dilation_rate)
    y = convolution.output(x, _grouped(weights["kernel"]), windows, channels, arithmetic, weights.get("bias"))
    return y, (windows, x)


def backward(
    layer: DepthwiseConv2D, weights: Mapping[str, Estimate], cache: Cache, dy: Estimate, arithmetic: Arithmetic
) -> tuple[Estimate, Mapping[str, Estimate]]:
    """Return the gradients with respect to x (batch, height, width, channels) and to each parameter."""
    windows, x = cache
    kernel = weights["kernel"]
    groups = x.shape[3]
    dx = convolution.input_gradient(dy, _grouped(kernel), windows, groups, arithmetic)
    dkernel = convolution.kernel_gradient(x, dy, windows, groups, arithmetic)
    gradients = {"kernel": dkernel.mapped(lambda array: array.reshape(kernel.shape))}
    if layer.use_bias:
        gradients["bias"] = total(dy, (0, 1, 2), arithmetic)
    return dx, gradients


def _grouped(kernel: Estimate) -> Estimate:
    height, width, _, _ = kernel.shape
    return kernel.mapped(lambda array: array.reshape(height, width, 1, -1))
