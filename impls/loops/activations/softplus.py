"""softplus: y = log(1 + exp(x))."""

import math

from harness.cases.problem import Array
from harness.operators.activations import Softplus
from impls.loops._elements import each
from impls.loops.activations.sigmoid import sigmoid


def softplus(x: float) -> float:
    """Return log(1 + exp(x)), written so that exp cannot overflow."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def forward(activation: Softplus, x: Array) -> tuple[Array, Array]:
    """Return y and the cache, both the shape of x."""
    return each(softplus, x), x


def backward(activation: Softplus, x: Array, dy: Array) -> Array:
    """Return the gradient with respect to x, the shape of dy: the derivative is the sigmoid."""
    return each(lambda dy, x: dy * sigmoid(x), dy, x)
