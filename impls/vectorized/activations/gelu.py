"""gelu: y = x * Φ(x) with Φ the normal distribution function, the exact form and not the tanh approximation."""

import math

import numpy as np

from harness.cases.problem import Array
from harness.operators.activations import Gelu
from impls.vectorized.activations._error_function import erfc


def forward(activation: Gelu, x: Array) -> tuple[Array, tuple[Array, Array]]:
    """Return y, the shape of x, and the cache: x and Φ(x)."""
    # 1 + erf(x / √2) loses all digits for negative x; erfc(-x / √2) is the same and loses none.
    distribution = 0.5 * erfc(-math.sqrt(0.5) * x)
    return x * distribution, (x, distribution)


def backward(activation: Gelu, cache: tuple[Array, Array], dy: Array) -> Array:
    """Return the gradient with respect to x, the shape of dy: Φ(x) + x * φ(x) with φ the normal density."""
    x, distribution = cache
    density = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    dx: Array = dy * (distribution + x * density)
    return dx
