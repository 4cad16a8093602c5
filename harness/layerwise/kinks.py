"""Inputs that leave an implementation no choice where a convention would, so that its choice makes no difference."""

from math import prod

import numpy as np

from harness.cases.problem import Array
from harness.operators.layers import AveragePooling2D, MaxPooling2D

Pooling = MaxPooling2D | AveragePooling2D


def without_ties(x: Array) -> Array:
    """Return numbers in the order of those of x, equal ones in row-major order, the first of them the largest.

    A maximum's place is the same in every window, and the first where there were several. Signs stay, because padding
    may be zeros.
    """
    by_sample = x.reshape(x.shape[0], prod(x.shape[1:]))
    places = np.arange(by_sample.shape[1])
    ranks = np.empty(by_sample.shape, x.dtype)
    for sample, values in enumerate(by_sample):
        order = np.lexsort((-places, values))
        ranks[sample, order] = places - np.count_nonzero(values < 0)
    return ranks.reshape(x.shape)


def without_zeros(x: Array) -> Array:
    """Return x with every 0 replaced by -1, where relu's derivative is what Keras says it is at 0."""
    return np.where(x == 0, np.asarray(-1, x.dtype), x)


def covered(layer: Pooling, image: tuple[int, ...]) -> tuple[int, int]:
    """Return how many rows and columns whole windows reach without padding."""
    rows, columns = (
        (size - window) // stride * stride + window
        for size, window, stride in zip(image[:2], layer.pool_size, layer.strides, strict=True)
    )
    return rows, columns
