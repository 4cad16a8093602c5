"""Dense: a weighted sum of all features, plus bias."""

from collections.abc import Mapping

import numpy as np

from harness.cases.problem import Array
from harness.operators.layers import Dense


def forward(layer: Dense, weights: Mapping[str, Array], x: Array) -> tuple[Array, Array]:
    """Return y (batch, units) before the activation and x (batch, features)."""
    y = x @ weights["kernel"]
    if layer.use_bias:
        y += weights["bias"]
    return y, x


def backward(layer: Dense, weights: Mapping[str, Array], x: Array, dy: Array) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradients with respect to x (batch, features) and to each parameter."""
    gradients = {"kernel": x.T @ dy}
    if layer.use_bias:
        gradients["bias"] = np.add.reduce(dy)
    return dy @ weights["kernel"].T, gradients
