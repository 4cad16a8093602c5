"""rmsprop: RMSprop, as Keras defines it."""

from collections.abc import Mapping

import numpy as np

from harness.cases.problem import Array
from harness.operators.optimizers import RMSprop
from impls.loops._elements import each
from impls.loops._floating_point import quotient, root


def update(
    optimizer: RMSprop, step: int, weight: Array, gradient: Array, slots: Mapping[str, Array]
) -> tuple[Array, Mapping[str, Array]]:
    """Return the parameter after the step and the slots.

    Slots are ``square``, ``mean`` where centered and ``velocity`` with momentum, all the shape of ``weight``.
    """
    nothing = np.zeros_like(weight)
    rho, epsilon = optimizer.rho, optimizer.epsilon
    square = each(lambda s, g: rho * s + (1 - rho) * g * g, slots.get("square", nothing), gradient)
    new_slots = {"square": square}
    variance = square
    if optimizer.centered:
        mean = new_slots["mean"] = each(lambda m, g: rho * m + (1 - rho) * g, slots.get("mean", nothing), gradient)
        variance = each(lambda s, m: s - m * m, square, mean)

    def step_of(g: float, v: float) -> float:
        return quotient(optimizer.learning_rate * g, root(v + epsilon))

    change = each(step_of, gradient, variance)
    if optimizer.momentum > 0:
        change = each(lambda v, c: optimizer.momentum * v + c, slots.get("velocity", nothing), change)
        new_slots["velocity"] = change
    return each(lambda w, c: w - c, weight, change), new_slots
