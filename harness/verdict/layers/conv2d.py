"""Conv2D: y[i] = Σ_k x[i stride + k dilation - before] W[k] + b over taps and channels of the group.

    y   n = taps × channels / groups (+ 1 for the bias)
    dx  n = the taps that meet the pixel × filters / groups
    dW  n = batch × windows
    db  n = batch × windows, without products

with the errors of ``harness.numerics.summation``. Products with the padding are 0 and round nothing.
"""

from collections.abc import Mapping

from harness.numerics import convolution
from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.numerics.summation import total
from harness.numerics.windows import Windows, windows_of
from harness.operators.layers import Conv2D

Cache = tuple[Windows, Estimate]


def forward(
    layer: Conv2D, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic
) -> tuple[Estimate, Cache]:
    """Return y (batch, windows down, windows across, filters) before the activation, and the cache."""
    _, height, width, _ = x.shape
    windows = windows_of(layer, layer.kernel_size, (height, width), layer.dilation_rate)
    y = convolution.output(x, weights["kernel"], windows, layer.groups, arithmetic, weights.get("bias"))
    return y, (windows, x)


def backward(
    layer: Conv2D, weights: Mapping[str, Estimate], cache: Cache, dy: Estimate, arithmetic: Arithmetic
) -> tuple[Estimate, Mapping[str, Estimate]]:
    """Return the gradients with respect to x (batch, height, width, channels) and to each parameter."""
    windows, x = cache
    dx = convolution.input_gradient(dy, weights["kernel"], windows, layer.groups, arithmetic)
    gradients = {"kernel": convolution.kernel_gradient(x, dy, windows, layer.groups, arithmetic)}
    if layer.use_bias:
        gradients["bias"] = total(dy, (0, 1, 2), arithmetic)
    return dx, gradients
