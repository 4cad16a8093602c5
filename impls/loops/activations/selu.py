"""selu: a scaled elu; the derivative at 0 is SCALE, that of its positive side, as in TensorFlow."""

import math

from harness.cases.problem import Array
from harness.operators.activations import Selu
from harness.operators.activations.selu import ALPHA, SCALE
from impls.loops._elements import each


def forward(activation: Selu, x: Array) -> tuple[Array, Array]:
    """Return y and the cache, both the shape of x."""
    return each(lambda x: SCALE * x if x > 0 else SCALE * ALPHA * math.expm1(x), x), x


def backward(activation: Selu, x: Array, dy: Array) -> Array:
    """Return the gradient with respect to x, the shape of dy."""
    return each(lambda dy, x: SCALE * dy if x >= 0 else dy * SCALE * ALPHA * math.exp(x), dy, x)
