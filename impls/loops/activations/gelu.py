"""gelu: y = x * Φ(x) with Φ the normal distribution function, the exact form and not the tanh approximation."""

import math

from harness.cases.problem import Array
from harness.operators.activations import Gelu
from impls.loops._elements import each


def distribution(x: float) -> float:
    """Return Φ(x)."""
    # 1 + erf(x / √2) loses all digits for negative x; erfc(-x / √2) is the same and loses none.
    return 0.5 * math.erfc(-x / math.sqrt(2))


def density(x: float) -> float:
    """Return φ(x), the derivative of Φ."""
    return math.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


def forward(activation: Gelu, x: Array) -> tuple[Array, Array]:
    """Return y and the cache, both the shape of x."""
    return each(lambda x: x * distribution(x), x), x


def backward(activation: Gelu, x: Array, dy: Array) -> Array:
    """Return the gradient with respect to x, the shape of dy: the derivative is Φ(x) + x * φ(x)."""
    return each(lambda dy, x: dy * (distribution(x) + x * density(x)), dy, x)
