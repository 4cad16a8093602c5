"""Optimizers of ``jax.example_libraries``: triples of init, update and parameters."""

import math
from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax.example_libraries import optimizers

from harness.cases.problem import Array
from harness.errors import Unsupported
from harness.operators.optimizers import SGD, Adam, RMSprop

Slots = Mapping[str, Any]
STATE = "state"


class SGDOperator:
    """``sgd``, ``momentum`` and ``nesterov``: the velocity is Keras's divided by the rate, with the same moves."""

    def update(self, optimizer: SGD, step: int, weight: Array, gradient: Array, slots: Slots) -> tuple[Array, Slots]:
        """Return the parameter after the step, and the slots."""
        if optimizer.momentum == 0:
            triple = optimizers.sgd(optimizer.learning_rate)
        elif optimizer.nesterov:
            triple = optimizers.nesterov(optimizer.learning_rate, optimizer.momentum)
        else:
            triple = optimizers.momentum(optimizer.learning_rate, optimizer.momentum)
        return _moved(triple, step, weight, gradient, slots)


class AdamOperator:
    """``adam``, told the epsilon that means the same as Keras's."""

    def update(self, optimizer: Adam, step: int, weight: Array, gradient: Array, slots: Slots) -> tuple[Array, Slots]:
        """Return the parameter after the step, and the slots."""
        # Keras adds epsilon before it corrects the average of squares, JAX after.
        epsilon = optimizer.epsilon / math.sqrt(1 - optimizer.beta_2**step)
        triple = optimizers.adam(optimizer.learning_rate, optimizer.beta_1, optimizer.beta_2, epsilon)
        return _moved(triple, step, weight, gradient, slots)


class RMSpropOperator:
    """``rmsprop`` and ``rmsprop_momentum``."""

    def update(
        self, optimizer: RMSprop, step: int, weight: Array, gradient: Array, slots: Slots
    ) -> tuple[Array, Slots]:
        """Return the parameter after the step, and the slots.

        Raises:
            Unsupported: it is centered.
        """
        if optimizer.centered:
            raise Unsupported("jax.example_libraries.optimizers.rmsprop cannot be centered")
        arguments = optimizer.learning_rate, optimizer.rho, optimizer.epsilon
        if optimizer.momentum == 0:
            return _moved(optimizers.rmsprop(*arguments), step, weight, gradient, slots)
        return _moved(optimizers.rmsprop_momentum(*arguments, optimizer.momentum), step, weight, gradient, slots)


def _moved(triple: Any, step: int, weight: Array, gradient: Array, slots: Slots) -> tuple[Array, Slots]:
    state = slots[STATE] if slots else triple.init_fn(jnp.asarray(weight))
    # JAX counts steps from 0.
    state = triple.update_fn(step - 1, jnp.asarray(gradient), state)
    return np.asarray(triple.params_fn(state)), {STATE: state}
