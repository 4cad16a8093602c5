"""adam: Adam, as Keras defines it."""

import math
from collections.abc import Mapping

import numpy as np

from harness.cases.problem import Array
from harness.operators.optimizers import Adam


def update(
    optimizer: Adam, step: int, weight: Array, gradient: Array, slots: Mapping[str, Array]
) -> tuple[Array, Mapping[str, Array]]:
    """Return the parameter after the step and the slots ``mean`` and ``square``, all the shape of ``weight``."""
    mean = slots.get("mean", np.zeros_like(weight))
    square = slots.get("square", np.zeros_like(weight))
    mean = mean + (1 - optimizer.beta_1) * (gradient - mean)
    square = square + (1 - optimizer.beta_2) * (gradient * gradient - square)
    # Undoes that both averages started at 0.
    correction = math.sqrt(1 - optimizer.beta_2**step) / (1 - optimizer.beta_1**step)
    change = optimizer.learning_rate * correction * mean / (np.sqrt(square) + optimizer.epsilon)
    return weight - change, {"mean": mean, "square": square}
