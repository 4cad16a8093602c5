"""tanh: y = tanh(x)."""

import math

from harness.cases.problem import Array
from harness.operators.activations import Tanh
from impls.loops._elements import each


def forward(activation: Tanh, x: Array) -> tuple[Array, Array]:
    """Return y, the shape of x, also as the cache."""
    y = each(math.tanh, x)
    return y, y


def backward(activation: Tanh, y: Array, dy: Array) -> Array:
    """Return the gradient with respect to x, the shape of dy: the derivative is 1 - y²."""
    # As a product of sums: near saturation the square's rounding would be all that is left.
    return each(lambda dy, y: dy * (1.0 - y) * (1.0 + y), dy, y)
