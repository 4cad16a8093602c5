"""BatchNormalization: each channel brought to mean 0 and variance 1 over the batch.

Source of the gradients: Ioffe and Szegedy, arXiv:1502.03167, section 3, with the three terms through x, the variance
and the mean put together.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from harness.cases.problem import Array
from harness.operators.layers import BatchNormalization


class Cache(NamedTuple):
    """The batch's mean and biased variance and 1 / sqrt(variance + epsilon), (channels,), and x normalized, as x."""

    mean: Array
    variance: Array
    inverse_deviation: Array
    normalized: Array


def forward(layer: BatchNormalization, weights: Mapping[str, Array], x: Array) -> tuple[Array, Cache]:
    """Return y, the shape of x, normalized with the batch's own statistics, and the cache."""
    mean = x.mean(axis=_all_but_channels(x))
    centered = x - mean
    variance = np.square(centered).mean(axis=_all_but_channels(x))
    inverse_deviation = 1 / np.sqrt(variance + layer.epsilon)
    normalized = centered * inverse_deviation
    return _scaled_and_shifted(layer, weights, normalized), Cache(mean, variance, inverse_deviation, normalized)


def backward(
    layer: BatchNormalization, weights: Mapping[str, Array], cache: Cache, dy: Array
) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradients with respect to x, also through mean and variance, and to each parameter."""
    over = _all_but_channels(dy)
    dbeta = dy.sum(axis=over)
    dgamma = (dy * cache.normalized).sum(axis=over)
    each = dy.size // dy.shape[-1]
    slope = cache.inverse_deviation * weights["gamma"] if layer.scale else cache.inverse_deviation
    dx = slope * (dy - dbeta / each - cache.normalized * (dgamma / each))
    gradients = ({"gamma": dgamma} if layer.scale else {}) | ({"beta": dbeta} if layer.center else {})
    return dx, gradients


def infer(layer: BatchNormalization, weights: Mapping[str, Array], x: Array) -> Array:
    """Return y, the shape of x, normalized with the moving statistics."""
    normalized = (x - weights["moving_mean"]) / np.sqrt(weights["moving_variance"] + layer.epsilon)
    return _scaled_and_shifted(layer, weights, normalized)


def moving(layer: BatchNormalization, weights: Mapping[str, Array], cache: Cache) -> Mapping[str, Array]:
    """Return the moving statistics after the step, each (channels,)."""
    keep, take = layer.momentum, 1 - layer.momentum
    return {
        "moving_mean": keep * weights["moving_mean"] + take * cache.mean,
        "moving_variance": keep * weights["moving_variance"] + take * cache.variance,
    }


def _scaled_and_shifted(layer: BatchNormalization, weights: Mapping[str, Array], normalized: Array) -> Array:
    y = normalized * weights["gamma"] if layer.scale else normalized
    return y + weights["beta"] if layer.center else y


def _all_but_channels(x: Array) -> tuple[int, ...]:
    return tuple(range(x.ndim - 1))
