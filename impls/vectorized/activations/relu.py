"""relu: y = max(x, 0), with relu'(0) = 0."""

import numpy as np

from harness.activations import Relu
from harness.problem import Array


def forward(activation: Relu, x: Array) -> tuple[Array, Array]:
    """Return y and where x is positive, both the shape of x."""
    return np.maximum(x, 0), x > 0


def backward(activation: Relu, positive: Array, dy: Array) -> Array:
    """Return the gradient with respect to x, the shape of dy."""
    dx: Array = dy * positive
    return dx
