"""GlobalAveragePooling2D: the mean of each channel."""

from collections.abc import Mapping

import numpy as np

from harness.cases.problem import Array
from harness.operators.layers import GlobalAveragePooling2D
from harness.operators.specification import Shape


def forward(layer: GlobalAveragePooling2D, weights: Mapping[str, Array], x: Array) -> tuple[Array, Shape]:
    """Return y (batch, channels), or (batch, 1, 1, channels) with keepdims, and the shape of x."""
    return np.asarray(x.mean(axis=(1, 2), keepdims=layer.keepdims)), x.shape


def backward(
    layer: GlobalAveragePooling2D, weights: Mapping[str, Array], shape: Shape, dy: Array
) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradient with respect to x (batch, height, width, channels), and none for parameters."""
    batch, height, width, channels = shape
    each = dy.reshape(batch, 1, 1, channels) / (height * width)
    return np.broadcast_to(each, shape), {}
