"""sgd: stochastic gradient descent, as Keras defines it."""

from collections.abc import Mapping

import numpy as np

from harness.cases.problem import Array
from harness.operators.optimizers import SGD
from impls.loops._elements import each


def update(
    optimizer: SGD, step: int, weight: Array, gradient: Array, slots: Mapping[str, Array]
) -> tuple[Array, Mapping[str, Array]]:
    """Return the parameter after the step and the slots (``velocity`` with momentum), all the shape of ``weight``."""
    rate, momentum = optimizer.learning_rate, optimizer.momentum
    if momentum == 0:
        return each(lambda w, g: w - rate * g, weight, gradient), {}
    before = slots.get("velocity", np.zeros_like(weight))
    velocity = each(lambda v, g: momentum * v - rate * g, before, gradient)
    if optimizer.nesterov:
        # One step ahead: the move that the next step would make if the gradient stayed.
        return each(lambda w, v, g: w + momentum * v - rate * g, weight, velocity, gradient), {"velocity": velocity}
    return each(lambda w, v: w + v, weight, velocity), {"velocity": velocity}
