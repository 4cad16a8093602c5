"""Flatten: elements keep their values and their row-major order; nothing is rounded."""

from collections.abc import Mapping

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.operators.layers import Flatten
from harness.operators.specification import Shape


def forward(
    layer: Flatten, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic
) -> tuple[Estimate, Shape]:
    """Return y (batch, features) and the shape of x."""
    return x.mapped(lambda array: array.reshape(len(array), -1)), x.shape


def backward(
    layer: Flatten, weights: Mapping[str, Estimate], shape: Shape, dy: Estimate, arithmetic: Arithmetic
) -> tuple[Estimate, Mapping[str, Estimate]]:
    """Return the gradient with respect to x, and no gradients of parameters."""
    return dy.mapped(lambda array: array.reshape(shape)), {}
