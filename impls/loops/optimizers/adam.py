"""adam: Adam, as Keras defines it."""

import math
from collections.abc import Mapping

import numpy as np

from harness.cases.problem import Array
from harness.operators.optimizers import Adam
from impls.loops._elements import each
from impls.loops._floating_point import quotient, root


def update(
    optimizer: Adam, step: int, weight: Array, gradient: Array, slots: Mapping[str, Array]
) -> tuple[Array, Mapping[str, Array]]:
    """Return the parameter after the step and the slots ``mean`` and ``square``, all the shape of ``weight``."""
    nothing = np.zeros_like(weight)
    beta_1, beta_2 = optimizer.beta_1, optimizer.beta_2
    mean = each(lambda m, g: m + (1 - beta_1) * (g - m), slots.get("mean", nothing), gradient)
    square = each(lambda s, g: s + (1 - beta_2) * (g * g - s), slots.get("square", nothing), gradient)
    # Undoes that both averages started at 0.
    correction = quotient(math.sqrt(1 - beta_2**step), 1 - beta_1**step)
    rate = optimizer.learning_rate * correction

    def moved(w: float, m: float, s: float) -> float:
        return w - quotient(rate * m, root(s) + optimizer.epsilon)

    return each(moved, weight, mean, square), {"mean": mean, "square": square}
