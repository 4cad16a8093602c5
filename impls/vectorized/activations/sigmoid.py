"""sigmoid: y = 1 / (1 + exp(-x))."""

import numpy as np

from harness.cases.problem import Array
from harness.operators.activations import Sigmoid


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + exp(-x)), the shape and format of x.

    Only the exponential of a negative number is taken: it cannot overflow, and small results keep their digits.
    """
    decay = np.exp(-np.abs(x))
    y: Array = np.where(x >= 0, 1, decay) / (1 + decay)
    return y


def forward(activation: Sigmoid, x: Array) -> tuple[Array, Array]:
    """Return y, the shape of x, also as the cache."""
    y = sigmoid(x)
    return y, y


def backward(activation: Sigmoid, y: Array, dy: Array) -> Array:
    """Return the gradient with respect to x, the shape of dy."""
    dx: Array = dy * y * (1 - y)
    return dx
