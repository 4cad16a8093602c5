"""BatchNormalization, channel by channel.

Source of the gradients: Ioffe and Szegedy, arXiv:1502.03167, section 3.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import njit

from harness.cases.problem import Array
from harness.operators.layers import BatchNormalization
from impls.numba.arrays import writeable

Weights = Mapping[str, Array]
# Rows of channels, and the mean and the variance of each.
Cache = tuple[Array, Array, Array]


class BatchNormalizationOperator:
    """The batch's own statistics in training, the moving ones in inference."""

    def forward(self, layer: BatchNormalization, weights: Weights, x: Array) -> tuple[Array, Cache]:
        rows = _rows(x)
        mean, variance = np.zeros(rows.shape[1]), np.zeros(rows.shape[1])
        _statistics(rows, mean, variance)
        return _normalized(layer, weights, x, mean, variance), (rows, mean, variance)

    def backward(
        self, layer: BatchNormalization, weights: Weights, cache: Cache, dy: Array
    ) -> tuple[Array, Mapping[str, Array]]:
        rows, mean, variance = cache
        dx, dgamma, dbeta = np.empty_like(rows), np.zeros(rows.shape[1]), np.zeros(rows.shape[1])
        _gradients(rows, _rows(dy), mean, variance, _scale(layer, weights, rows), layer.epsilon, dx, dgamma, dbeta)
        gradients = ({"gamma": dgamma} if layer.scale else {}) | ({"beta": dbeta} if layer.center else {})
        return dx.reshape(dy.shape), {name: gradient.astype(dy.dtype) for name, gradient in gradients.items()}

    def infer(self, layer: BatchNormalization, weights: Weights, x: Array) -> Array:
        return _normalized(layer, weights, x, weights["moving_mean"], weights["moving_variance"])

    def moving(self, layer: BatchNormalization, weights: Weights, cache: Cache) -> Mapping[str, Array]:
        _, mean, variance = cache
        keep = layer.momentum
        return {
            name: (keep * weights[name].astype(np.float64) + (1 - keep) * of_batch).astype(weights[name].dtype)
            for name, of_batch in (("moving_mean", mean), ("moving_variance", variance))
        }


def _rows(x: Array) -> Array:
    return writeable(x.reshape(-1, x.shape[-1]))


def _scale(layer: BatchNormalization, weights: Weights, rows: Array) -> Array:
    return weights["gamma"].astype(np.float64) if layer.scale else np.ones(rows.shape[1])


def _normalized(layer: BatchNormalization, weights: Weights, x: Array, mean: Array, variance: Array) -> Array:
    rows = _rows(x)
    shift = weights["beta"].astype(np.float64) if layer.center else np.zeros(rows.shape[1])
    y = np.empty_like(rows)
    statistics = mean.astype(np.float64), variance.astype(np.float64)
    _normalize(rows, *statistics, _scale(layer, weights, rows), shift, layer.epsilon, y)
    return y.reshape(x.shape)


@njit  # type: ignore[untyped-decorator]
def _statistics(rows: Any, mean: Any, variance: Any) -> Any:
    for channel in range(rows.shape[1]):
        for row in range(rows.shape[0]):
            mean[channel] += rows[row, channel]
        mean[channel] /= rows.shape[0]
        for row in range(rows.shape[0]):
            variance[channel] += (rows[row, channel] - mean[channel]) ** 2
        variance[channel] /= rows.shape[0]


@njit  # type: ignore[untyped-decorator]
def _normalize(rows: Any, mean: Any, variance: Any, scale: Any, shift: Any, epsilon: Any, y: Any) -> Any:
    for channel in range(rows.shape[1]):
        deviation = math.sqrt(variance[channel] + epsilon)
        for row in range(rows.shape[0]):
            y[row, channel] = scale[channel] * (rows[row, channel] - mean[channel]) / deviation + shift[channel]


@njit  # type: ignore[untyped-decorator]
def _gradients(
    rows: Any, dy: Any, mean: Any, variance: Any, scale: Any, epsilon: Any, dx: Any, dgamma: Any, dbeta: Any
) -> Any:
    elements = rows.shape[0]
    for channel in range(rows.shape[1]):
        along = 0.0
        for row in range(elements):
            dbeta[channel] += dy[row, channel]
            along += dy[row, channel] * (rows[row, channel] - mean[channel])
        square = variance[channel] + epsilon
        deviation = math.sqrt(square)
        dgamma[channel] = along / deviation
        for row in range(elements):
            through_mean = dbeta[channel] / elements
            through_variance = (rows[row, channel] - mean[channel]) * along / (elements * square)
            dx[row, channel] = scale[channel] / deviation * (dy[row, channel] - through_mean - through_variance)
