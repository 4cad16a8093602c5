"""Reshape: elements keep their values and their row-major order; nothing is rounded."""

from collections.abc import Mapping

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.operators.layers import Reshape
from harness.operators.specification import Shape


def forward(
    layer: Reshape, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic
) -> tuple[Estimate, Shape]:
    """Return y (batch, *target_shape) and the shape of x."""
    batch, *shape = x.shape
    target = layer.output_shape(tuple(shape))
    return x.mapped(lambda array: array.reshape(batch, *target)), x.shape


def backward(
    layer: Reshape, weights: Mapping[str, Estimate], shape: Shape, dy: Estimate, arithmetic: Arithmetic
) -> tuple[Estimate, Mapping[str, Estimate]]:
    """Return the gradient with respect to x, and no gradients of parameters."""
    return dy.mapped(lambda array: array.reshape(shape)), {}
