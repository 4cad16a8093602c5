"""Flatten: an image becomes one row of features in (height, width, channels) order."""

import math
from collections.abc import Mapping

from harness.cases.problem import Array
from harness.operators.layers import Flatten
from harness.operators.specification import Shape
from impls.loops.layers._rearranged import rearranged


def forward(layer: Flatten, weights: Mapping[str, Array], x: Array) -> tuple[Array, Shape]:
    """Return y (batch, features) and the shape of x."""
    return rearranged(x, (x.shape[0], math.prod(x.shape[1:]))), x.shape


def backward(
    layer: Flatten, weights: Mapping[str, Array], shape: Shape, dy: Array
) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradient with respect to x, and none for parameters."""
    return rearranged(dy, shape), {}
