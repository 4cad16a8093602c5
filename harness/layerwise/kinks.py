"""Inputs that leave an implementation no choice where a convention would, so that its choice makes no difference."""

from math import prod

import numpy as np

from harness.cases.problem import Array
from harness.operators.layers import Layer


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


def covered(layer: Layer, image: tuple[int, ...]) -> tuple[int, ...]:
    """Return how far whole windows of a pooling layer reach without padding, such as in rows and columns."""
    windows, strides = getattr(layer, layer.window), layer.strides  # type: ignore[attr-defined]
    return tuple(
        (size - window) // stride * stride + window
        for size, window, stride in zip(image, windows, strides, strict=False)
    )
