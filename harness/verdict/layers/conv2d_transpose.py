"""Conv2DTranspose: the input gradient of a convolution, used as a layer.

The convolution's images are this layer's outputs, its windows this layer's input elements. So, with the errors of
``harness.numerics.summation``,

    y   n = the taps that meet the output × channels (+ 1 for the bias)
    dx  n = taps × filters
    dW  n = batch × input elements
    db  n = batch × output elements, without products
"""

from collections.abc import Mapping

from harness.numerics import convolution
from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.numerics.summation import total
from harness.numerics.windows import Windows, windows_of
from harness.operators.layers import Conv2DTranspose

Cache = tuple[Windows, Estimate]


def forward(
    layer: Conv2DTranspose, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic
) -> tuple[Estimate, Cache]:
    """Return y (batch, out_height, out_width, filters) before the activation, and the cache."""
    height, width, _ = layer.output_shape(x.shape[1:])
    windows = windows_of(layer, layer.kernel_size, (height, width))
    y = convolution.input_gradient(x, weights["kernel"], windows, 1, arithmetic, weights.get("bias"))
    return y, (windows, x)


def backward(
    layer: Conv2DTranspose, weights: Mapping[str, Estimate], cache: Cache, dy: Estimate, arithmetic: Arithmetic
) -> tuple[Estimate, Mapping[str, Estimate]]:
    """Return the gradients with respect to x (batch, height, width, channels) and to each parameter."""
    windows, x = cache
    dx = convolution.output(dy, weights["kernel"], windows, 1, arithmetic)
    gradients = {"kernel": convolution.kernel_gradient(dy, x, windows, 1, arithmetic)}
    if layer.use_bias:
        gradients["bias"] = total(dy, (0, 1, 2), arithmetic)
    return dx, gradients
