"""Dense: a weighted sum of all features, plus bias."""

from collections.abc import Mapping

from harness.cases.problem import Array
from harness.operators.layers import Dense
from impls.loops._elements import numbers, stored, zeros


def forward(layer: Dense, weights: Mapping[str, Array], x: Array) -> tuple[Array, Array]:
    """Return y (batch, units) before the activation and x (batch, features)."""
    batch, features = x.shape
    samples, kernel = x.tolist(), weights["kernel"].tolist()
    bias = numbers(weights["bias"]) if layer.use_bias else [0.0] * layer.units
    y = zeros(batch, layer.units)
    for sample in range(batch):
        for unit in range(layer.units):
            total = bias[unit]
            for feature in range(features):
                total += samples[sample][feature] * kernel[feature][unit]
            y[sample][unit] = total
    return stored(y, x.dtype), x


def backward(layer: Dense, weights: Mapping[str, Array], x: Array, dy: Array) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradients with respect to x (batch, features) and to each parameter.

    In y a feature and a weight stand in one product: the derivative by one is the other.
    """
    batch, features = x.shape
    samples, kernel, deltas = x.tolist(), weights["kernel"].tolist(), dy.tolist()
    dx, dkernel, dbias = zeros(batch, features), zeros(features, layer.units), zeros(layer.units)
    for sample in range(batch):
        for unit in range(layer.units):
            delta = deltas[sample][unit]
            dbias[unit] += delta
            for feature in range(features):
                dx[sample][feature] += delta * kernel[feature][unit]
                dkernel[feature][unit] += delta * samples[sample][feature]
    gradients = {"kernel": stored(dkernel, dy.dtype)}
    if layer.use_bias:
        gradients["bias"] = stored(dbias, dy.dtype)
    return stored(dx, dy.dtype), gradients
