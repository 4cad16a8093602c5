"""sigmoid: y = 1 / (1 + exp(-x))."""

import math

from harness.cases.problem import Array
from harness.operators.activations import Sigmoid
from impls.loops._elements import each


def sigmoid(x: float) -> float:
    """Return 1 / (1 + exp(-x)).

    Only the exponential of a negative number is taken: it cannot overflow, and small results keep their digits.
    """
    decay = math.exp(-abs(x))
    return (1.0 if x >= 0 else decay) / (1.0 + decay)


def slope(y: float) -> float:
    """Return the derivative where the sigmoid is y."""
    return y * (1.0 - y)


def forward(activation: Sigmoid, x: Array) -> tuple[Array, Array]:
    """Return y, the shape of x, also as the cache."""
    y = each(sigmoid, x)
    return y, y


def backward(activation: Sigmoid, y: Array, dy: Array) -> Array:
    """Return the gradient with respect to x, the shape of dy."""
    return each(lambda dy, y: dy * slope(y), dy, y)
