"""ZeroPadding2D: rows and columns of zeros around an image."""

from collections.abc import Mapping

import numpy as np

from harness.cases.problem import Array
from harness.operators.layers import ZeroPadding2D


def forward(layer: ZeroPadding2D, weights: Mapping[str, Array], x: Array) -> tuple[Array, tuple[int, int]]:
    """Return y (batch, height + top + bottom, width + left + right, channels) and the size of the images."""
    return np.pad(x, ((0, 0), *layer.padding, (0, 0))), x.shape[1:3]


def backward(
    layer: ZeroPadding2D, weights: Mapping[str, Array], image: tuple[int, int], dy: Array
) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradient with respect to x (batch, height, width, channels), and none for parameters."""
    (top, _), (left, _) = layer.padding
    height, width = image
    return dy[:, top : top + height, left : left + width], {}
