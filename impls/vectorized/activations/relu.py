"""relu: y = max(x, 0), with relu'(0) = 0."""

import numpy as np

from harness.cases.problem import Array
from harness.operators.activations import Relu


def forward(activation: Relu, x: Array) -> tuple[Array, Array]:
    """Return y and where x is positive, both the shape of x."""
    return np.maximum(x, 0), x > 0


def backward(activation: Relu, positive: Array, dy: Array) -> Array:
    """Return the gradient with respect to x, the shape of dy."""
    dx: Array = dy * positive
    return dx
