"""softplus: y = log(1 + exp(x))."""

import numpy as np

from harness.cases.problem import Array
from harness.operators.activations import Softplus
from impls.vectorized.activations.sigmoid import sigmoid


def forward(activation: Softplus, x: Array) -> tuple[Array, Array]:
    """Return y and the cache, both the shape of x."""
    return np.logaddexp(0, x), x


def backward(activation: Softplus, x: Array, dy: Array) -> Array:
    """Return the gradient with respect to x, the shape of dy."""
    dx: Array = dy * sigmoid(x)
    return dx
