"""sgd: stochastic gradient descent, as Keras defines it."""

from collections.abc import Mapping

import numpy as np

from harness.cases.problem import Array
from harness.operators.optimizers import SGD


def update(
    optimizer: SGD, step: int, weight: Array, gradient: Array, slots: Mapping[str, Array]
) -> tuple[Array, Mapping[str, Array]]:
    """Return the parameter after the step and the slots (``velocity`` with momentum), all the shape of ``weight``."""
    descent = optimizer.learning_rate * gradient
    if optimizer.momentum == 0:
        return weight - descent, {}
    velocity = optimizer.momentum * slots.get("velocity", np.zeros_like(weight)) - descent
    change = optimizer.momentum * velocity - descent if optimizer.nesterov else velocity
    return weight + change, {"velocity": velocity}
