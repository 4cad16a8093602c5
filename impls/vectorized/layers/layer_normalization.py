"""LayerNormalization: each sample's features, at each position, brought to mean 0 and variance 1.

Source of the gradients: Ba, Kiros and Hinton, arXiv:1607.06450, section 3, with the three terms through x, the variance
and the mean put together.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from harness.cases.problem import Array
from harness.operators.layers.layer_normalization import LayerNormalization


class Cache(NamedTuple):
    """x normalized, as x, and 1 / sqrt(variance + epsilon), (batch, …, 1)."""

    normalized: Array
    inverse_deviation: Array


def forward(layer: LayerNormalization, weights: Mapping[str, Array], x: Array) -> tuple[Array, Cache]:
    """Return y, the shape of x (batch, …, features), and the cache."""
    centered = x - x.mean(axis=-1, keepdims=True)
    inverse_deviation = 1 / np.sqrt(np.square(centered).mean(axis=-1, keepdims=True) + layer.epsilon)
    normalized = centered * inverse_deviation
    y = normalized * weights["gamma"] if layer.scale else normalized
    return y + weights["beta"] if layer.center else y, Cache(normalized, inverse_deviation)


def backward(
    layer: LayerNormalization, weights: Mapping[str, Array], cache: Cache, dy: Array
) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradients with respect to x, also through mean and variance, and to each parameter."""
    normalized, inverse_deviation = cache
    positions = tuple(range(dy.ndim - 1))
    scaled = dy * weights["gamma"] if layer.scale else dy
    along = (scaled * normalized).mean(axis=-1, keepdims=True)
    dx = inverse_deviation * (scaled - scaled.mean(axis=-1, keepdims=True) - normalized * along)
    gradients = {}
    if layer.scale:
        gradients["gamma"] = (dy * normalized).sum(axis=positions)
    if layer.center:
        gradients["beta"] = dy.sum(axis=positions)
    return dx, gradients
