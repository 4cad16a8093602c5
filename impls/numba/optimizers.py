"""Optimizers, one weight at a time, their slots in float64."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import njit

from harness.cases.problem import Array
from harness.operators.optimizers import SGD, Adam, RMSprop

Slots = Mapping[str, Any]
Updated = tuple[Array, Slots]


class SGDOperator:
    """Stochastic gradient descent."""

    def update(self, optimizer: SGD, step: int, weight: Array, gradient: Array, slots: Slots) -> Updated:
        w, g, velocity = _prepared(weight, gradient, slots, "velocity")
        _sgd(w, g, velocity, optimizer.learning_rate, optimizer.momentum, optimizer.nesterov)
        return _stored(w, weight), {"velocity": velocity}


class AdamOperator:
    """Adam, epsilon added before the averages are corrected."""

    def update(self, optimizer: Adam, step: int, weight: Array, gradient: Array, slots: Slots) -> Updated:
        w, g, mean, square = _prepared(weight, gradient, slots, "mean", "square")
        beta_1, beta_2 = optimizer.beta_1, optimizer.beta_2
        rate = optimizer.learning_rate * math.sqrt(1 - beta_2**step) / (1 - beta_1**step)
        _adam(w, g, mean, square, rate, beta_1, beta_2, optimizer.epsilon)
        return _stored(w, weight), {"mean": mean, "square": square}


class RMSpropOperator:
    """RMSprop, epsilon added under the root."""

    def update(self, optimizer: RMSprop, step: int, weight: Array, gradient: Array, slots: Slots) -> Updated:
        w, g, square, mean, velocity = _prepared(weight, gradient, slots, "square", "mean", "velocity")
        _rmsprop(
            w, g, square, mean, velocity,
            optimizer.learning_rate, optimizer.rho, optimizer.momentum, optimizer.epsilon, optimizer.centered,
        )  # fmt: skip
        return _stored(w, weight), {"square": square, "mean": mean, "velocity": velocity}


def _prepared(weight: Array, gradient: Array, slots: Slots, *names: str) -> tuple[Array, ...]:
    own = (np.array(slots[name]) if name in slots else np.zeros(weight.size) for name in names)
    return weight.astype(np.float64).ravel(), gradient.astype(np.float64).ravel(), *own


def _stored(w: Array, weight: Array) -> Array:
    return w.reshape(weight.shape).astype(weight.dtype)


@njit  # type: ignore[untyped-decorator]
def _sgd(w: Any, g: Any, velocity: Any, rate: Any, momentum: Any, nesterov: Any) -> Any:
    for number in range(w.size):
        velocity[number] = momentum * velocity[number] - rate * g[number]
        if nesterov:
            w[number] += momentum * velocity[number] - rate * g[number]
        else:
            w[number] += velocity[number]


@njit  # type: ignore[untyped-decorator]
def _adam(w: Any, g: Any, mean: Any, square: Any, rate: Any, beta_1: Any, beta_2: Any, epsilon: Any) -> Any:
    for number in range(w.size):
        mean[number] += (1 - beta_1) * (g[number] - mean[number])
        square[number] += (1 - beta_2) * (g[number] * g[number] - square[number])
        w[number] -= rate * mean[number] / (math.sqrt(square[number]) + epsilon)


@njit  # type: ignore[untyped-decorator]
def _rmsprop(
    w: Any,
    g: Any,
    square: Any,
    mean: Any,
    velocity: Any,
    rate: Any,
    rho: Any,
    momentum: Any,
    epsilon: Any,
    centered: Any,
) -> Any:
    for number in range(w.size):
        square[number] = rho * square[number] + (1 - rho) * g[number] * g[number]
        mean[number] = rho * mean[number] + (1 - rho) * g[number]
        variance = square[number] - mean[number] * mean[number] if centered else square[number]
        velocity[number] = momentum * velocity[number] + rate * g[number] / math.sqrt(variance + epsilon)
        w[number] -= velocity[number]
