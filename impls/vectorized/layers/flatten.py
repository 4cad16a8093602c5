"""Flatten: an image becomes one row of features in (height, width, channels) order."""

from collections.abc import Mapping

from harness.cases.problem import Array
from harness.operators.layers import Flatten
from harness.operators.specification import Shape


def forward(layer: Flatten, weights: Mapping[str, Array], x: Array) -> tuple[Array, Shape]:
    """Return y (batch, features) and the shape of x."""
    return x.reshape(x.shape[0], -1), x.shape


def backward(
    layer: Flatten, weights: Mapping[str, Array], shape: Shape, dy: Array
) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradient with respect to x, and none for parameters."""
    return dy.reshape(shape), {}
