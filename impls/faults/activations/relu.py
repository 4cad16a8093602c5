"""relu: what goes wrong at zero and behind it."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import ActivationStage
from harness.operators.activations import Relu
from harness.operators.specification import Specification
from impls.faults._places import BACKWARD, FORWARD
from impls.faults.activations import _rule as any_function


@dataclass(frozen=True)
class ReluRule(any_function.FunctionRule):
    """relu with knobs."""

    operator: ClassVar[type[Specification]] = Relu


def masked_by_gradient(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Mask by the sign of what arrives."""
    return np.maximum(dy, 0)


def masked_by_both(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Mask by both signs."""
    return np.maximum(dx, 0)


def magnitude(stage: ActivationStage, y: Array) -> Array:
    """Turn negative numbers into positive ones."""
    return np.abs(stage.x)


def times_x(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Take relu itself for its derivative."""
    return dy * np.maximum(stage.x, 0)


FAULTS = (
    Fault(
        "relu-derivative-at-zero-is-one", ReluRule(gradient=any_function.derivative_at_zero_is_one), BACKWARD,
        "The derivative at 0 is 1.", "x > 0 and not x >= 0: Keras's derivative at 0 is 0.", census=13,
    ),
    Fault(
        "relu-masked-by-gradient", ReluRule(gradient=masked_by_gradient), BACKWARD,
        "Negative gradients are set to 0 instead of those at negative inputs.",
        "The mask belongs to the input of the forward pass.", census=13, source="tflearn#784",
    ),
    Fault(
        "relu-masked-by-both", ReluRule(gradient=masked_by_both), BACKWARD,
        "Negative gradients are set to 0 as well.", "The mask belongs to the input alone.",
    ),
    Fault(
        "relu-derivative-is-relu", ReluRule(gradient=times_x), BACKWARD,
        "The gradient is multiplied by the output.", "The derivative is 1 or 0.", census=13,
    ),
    Fault(
        "relu-derivative-forgotten", ReluRule(gradient=any_function.derivative_forgotten), BACKWARD,
        "The gradient goes through unchanged.", "Multiply by the derivative of the activation.",
        source="Bot-Academy#3",
    ),
    Fault(
        "relu-never-applied", ReluRule(output=any_function.never_applied), FORWARD,
        "The activation is accepted and never applied.", "Is the argument used after it was stored?", census=1,
    ),
    Fault(
        "relu-magnitude", ReluRule(output=magnitude), (*FORWARD, *BACKWARD), "Negative numbers become positive.",
        "max(x, 0)",
    ),
)  # fmt: skip
