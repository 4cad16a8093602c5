"""selu: a scaled elu; the derivative at 0 is SCALE, that of its positive side, as in TensorFlow."""

import numpy as np

from harness.cases.problem import Array
from harness.operators.activations import Selu
from harness.operators.activations.selu import ALPHA, SCALE


def forward(activation: Selu, x: Array) -> tuple[Array, Array]:
    """Return y and the cache, both the shape of x."""
    return np.where(x > 0, SCALE * x, SCALE * ALPHA * np.expm1(np.minimum(x, 0))), x


def backward(activation: Selu, x: Array, dy: Array) -> Array:
    """Return the gradient with respect to x, the shape of dy."""
    return np.where(x >= 0, SCALE * dy, dy * (SCALE * ALPHA * np.exp(np.minimum(x, 0))))
