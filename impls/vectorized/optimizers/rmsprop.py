"""rmsprop: RMSprop, as Keras defines it."""

from collections.abc import Mapping

import numpy as np

from harness.cases.problem import Array
from harness.operators.optimizers import RMSprop


def update(
    optimizer: RMSprop, step: int, weight: Array, gradient: Array, slots: Mapping[str, Array]
) -> tuple[Array, Mapping[str, Array]]:
    """Return the parameter after the step and the slots.

    Slots are ``square``, ``mean`` where centered and ``velocity`` with momentum, all the shape of ``weight``.
    """
    rho = optimizer.rho
    square = rho * slots.get("square", np.zeros_like(weight)) + (1 - rho) * (gradient * gradient)
    new_slots = {"square": square}
    variance = square
    if optimizer.centered:
        mean = new_slots["mean"] = rho * slots.get("mean", np.zeros_like(weight)) + (1 - rho) * gradient
        variance = square - mean * mean
    change = optimizer.learning_rate * gradient / np.sqrt(variance + optimizer.epsilon)
    if optimizer.momentum > 0:
        change = optimizer.momentum * slots.get("velocity", np.zeros_like(weight)) + change
        new_slots["velocity"] = change
    return weight - change, new_slots
