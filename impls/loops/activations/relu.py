"""relu: y = max(x, 0), with relu'(0) = 0."""

from harness.cases.problem import Array
from harness.operators.activations import Relu
from impls.loops._elements import each


def forward(activation: Relu, x: Array) -> tuple[Array, Array]:
    """Return y and the cache, both the shape of x."""
    # Asked this way round, a NaN stays one.
    return each(lambda x: 0.0 if x <= 0 else x, x), x


def backward(activation: Relu, x: Array, dy: Array) -> Array:
    """Return the gradient with respect to x, the shape of dy."""
    return each(lambda dy, x: dy if x > 0 else 0.0, dy, x)
