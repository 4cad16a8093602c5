"""leaky_relu: y = x where x > 0, else negative_slope * x; the derivative at 0 is negative_slope."""

from harness.cases.problem import Array
from harness.operators.activations import LeakyRelu
from impls.loops._elements import each


def forward(activation: LeakyRelu, x: Array) -> tuple[Array, Array]:
    """Return y and the cache, both the shape of x."""
    return each(lambda x: x if x > 0 else activation.negative_slope * x, x), x


def backward(activation: LeakyRelu, x: Array, dy: Array) -> Array:
    """Return the gradient with respect to x, the shape of dy."""
    return each(lambda dy, x: dy if x > 0 else activation.negative_slope * dy, dy, x)
