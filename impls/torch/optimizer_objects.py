"""Optimizers of ``torch.optim``, one object for each parameter, which keeps its slots itself.

RMSprop is not among them: torch adds epsilon to the root of the average of squares, Keras under the root, and no
epsilon makes one of the other.
"""

import math
from collections.abc import Mapping
from typing import Any

import torch

from harness.cases.problem import Array
from harness.operators.optimizers import SGD, Adam
from impls.torch.autograd import numpy, tensor

Slots = Mapping[str, Any]
PARAMETER, OBJECT = "parameter", "object"


class SGDOperator:
    """``torch.optim.SGD``: its velocity is Keras's divided by the learning rate, with the same moves."""

    def update(self, optimizer: SGD, step: int, weight: Array, gradient: Array, slots: Slots) -> tuple[Array, Slots]:
        """Return the parameter after the step, and the slots."""
        if not slots:
            parameter = tensor(weight).requires_grad_()
            own = torch.optim.SGD([parameter], optimizer.learning_rate, optimizer.momentum, nesterov=optimizer.nesterov)
            slots = {PARAMETER: parameter, OBJECT: own}
        return _moved(slots, gradient), slots


class AdamOperator:
    """``torch.optim.Adam``, told the epsilon that means the same as Keras's."""

    def update(self, optimizer: Adam, step: int, weight: Array, gradient: Array, slots: Slots) -> tuple[Array, Slots]:
        """Return the parameter after the step, and the slots."""
        if not slots:
            parameter = tensor(weight).requires_grad_()
            own = torch.optim.Adam([parameter], optimizer.learning_rate, (optimizer.beta_1, optimizer.beta_2))
            slots = {PARAMETER: parameter, OBJECT: own}
        # Keras adds epsilon before it corrects the average of squares, torch after.
        for group in slots[OBJECT].param_groups:
            group["eps"] = optimizer.epsilon / math.sqrt(1 - optimizer.beta_2**step)
        return _moved(slots, gradient), slots


def _moved(slots: Slots, gradient: Array) -> Array:
    slots[PARAMETER].grad = tensor(gradient)
    slots[OBJECT].step()
    return numpy(slots[PARAMETER]).copy()
