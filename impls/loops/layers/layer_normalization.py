"""LayerNormalization: each sample's features, at each position, brought to mean 0 and variance 1.

Source of the gradients: Ba, Kiros and Hinton, arXiv:1607.06450, section 3.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from harness.cases.problem import Array
from harness.operators.layers.layer_normalization import LayerNormalization
from impls.loops._elements import numbers, rows, stored


class Row(NamedTuple):
    """What the forward pass found out about the features of one position: each minus their mean, and √(v + ε)."""

    centered: list[float]
    deviation: float


def forward(layer: LayerNormalization, weights: Mapping[str, Array], x: Array) -> tuple[Array, list[Row]]:
    """Return y, the shape of x (batch, …, features), and the cache, one for each position of each sample."""
    scale, shift = _scale_and_shift(layer, weights, x.shape[-1])
    cache, y = [], []
    for features in rows(x):
        mean = sum(features) / len(features)
        centered = [feature - mean for feature in features]
        variance = sum(value * value for value in centered) / len(features)
        deviation = math.sqrt(variance + layer.epsilon)
        y.append([scale[i] * value / deviation + shift[i] for i, value in enumerate(centered)])
        cache.append(Row(centered, deviation))
    return stored(y, x.dtype).reshape(x.shape), cache


def backward(
    layer: LayerNormalization, weights: Mapping[str, Array], cache: list[Row], dy: Array
) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradients with respect to x, the shape of dy, and to each parameter.

    A feature acts on the loss in three ways: through its own y, through the variance and through the mean, which it
    shares with the other features of its position. A parameter belongs to one feature, at every position.
    """
    features = dy.shape[-1]
    scale, _ = _scale_and_shift(layer, weights, features)
    dx, dgamma, dbeta = [], [0.0] * features, [0.0] * features
    for (centered, deviation), deltas in zip(cache, rows(dy), strict=True):
        for i, delta in enumerate(deltas):
            dgamma[i] += delta * centered[i] / deviation
            dbeta[i] += delta
        scaled = [delta * scale[i] for i, delta in enumerate(deltas)]
        through_mean = sum(scaled) / features
        along = sum(delta * value for delta, value in zip(scaled, centered, strict=True)) / features
        dx.append(
            [
                (delta - through_mean - value * along / (deviation * deviation)) / deviation
                for delta, value in zip(scaled, centered, strict=True)
            ]
        )
    gradients = {}
    if layer.scale:
        gradients["gamma"] = stored(dgamma, dy.dtype)
    if layer.center:
        gradients["beta"] = stored(dbeta, dy.dtype)
    return stored(dx, dy.dtype).reshape(dy.shape), gradients


def _scale_and_shift(
    layer: LayerNormalization, weights: Mapping[str, Array], features: int
) -> tuple[list[float], list[float]]:
    scale = numbers(weights["gamma"]) if layer.scale else [1.0] * features
    shift = numbers(weights["beta"]) if layer.center else [0.0] * features
    return scale, shift
