"""GlobalMaxPooling2D: the largest element of each channel."""

from collections.abc import Mapping

import numpy as np

from harness.cases.problem import Array
from harness.operators.layers import GlobalMaxPooling2D


def forward(layer: GlobalMaxPooling2D, weights: Mapping[str, Array], x: Array) -> tuple[Array, Array]:
    """Return y (batch, channels), or (batch, 1, 1, channels) with keepdims, and where x equals its maximum."""
    y = x.max(axis=(1, 2), keepdims=True)
    return (y if layer.keepdims else y[:, 0, 0]), x == y


def backward(
    layer: GlobalMaxPooling2D, weights: Mapping[str, Array], largest: Array, dy: Array
) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradient with respect to x (batch, height, width, channels), and none for parameters.

    Equal maxima share it equally, unlike in MaxPooling2D.
    """
    shares = np.count_nonzero(largest, axis=(1, 2), keepdims=True).astype(dy.dtype)
    return largest * (dy.reshape(shares.shape) / shares), {}
