"""elu: y = x where x > 0, else alpha * (exp(x) - 1); the derivative at 0 is alpha."""

import math

from harness.cases.problem import Array
from harness.operators.activations import Elu
from impls.loops._elements import each


def forward(activation: Elu, x: Array) -> tuple[Array, Array]:
    """Return y and the cache, both the shape of x."""
    return each(lambda x: x if x > 0 else activation.alpha * math.expm1(x), x), x


def backward(activation: Elu, x: Array, dy: Array) -> Array:
    """Return the gradient with respect to x, the shape of dy."""
    return each(lambda dy, x: dy if x > 0 else dy * activation.alpha * math.exp(x), dy, x)
