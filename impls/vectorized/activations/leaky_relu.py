"""leaky_relu: y = x where x > 0, else negative_slope * x; the derivative at 0 is negative_slope."""

import numpy as np

from harness.cases.problem import Array
from harness.operators.activations import LeakyRelu


def forward(activation: LeakyRelu, x: Array) -> tuple[Array, Array]:
    """Return y and where x is positive, both the shape of x."""
    positive = x > 0
    return np.where(positive, x, activation.negative_slope * x), positive


def backward(activation: LeakyRelu, positive: Array, dy: Array) -> Array:
    """Return the gradient with respect to x, the shape of dy."""
    return np.where(positive, dy, activation.negative_slope * dy)
