"""ZeroPadding2D: pixels keep their values among exact zeros; nothing is rounded."""

from collections.abc import Mapping

import numpy as np

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.operators.layers import ZeroPadding2D


def forward(
    layer: ZeroPadding2D, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic
) -> tuple[Estimate, tuple[int, int]]:
    """Return y (batch, height + top + bottom, width + left + right, channels) and the size of the images."""
    _, height, width, _ = x.shape
    return x.mapped(lambda array: np.pad(array, ((0, 0), *layer.padding, (0, 0)))), (height, width)


def backward(
    layer: ZeroPadding2D,
    weights: Mapping[str, Estimate],
    image: tuple[int, int],
    dy: Estimate,
    arithmetic: Arithmetic,
) -> tuple[Estimate, Mapping[str, Estimate]]:
    """Return the gradient with respect to x, (batch, height, width, channels), and no gradients of parameters."""
    (top, _), (left, _) = layer.padding
    height, width = image
    return dy[:, top : top + height, left : left + width], {}
