"""Reshape: the same elements in row-major order under another shape."""

from collections.abc import Mapping

from harness.cases.problem import Array
from harness.operators.layers import Reshape
from harness.operators.specification import Shape


def forward(layer: Reshape, weights: Mapping[str, Array], x: Array) -> tuple[Array, Shape]:
    """Return y (batch, *target_shape) and the shape of x."""
    return x.reshape(x.shape[0], *layer.target_shape), x.shape


def backward(
    layer: Reshape, weights: Mapping[str, Array], shape: Shape, dy: Array
) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradient with respect to x, and none for parameters."""
    return dy.reshape(shape), {}
