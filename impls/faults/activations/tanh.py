"""tanh: what goes wrong in its derivative."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import ActivationStage
from harness.operators.activations import Tanh
from harness.operators.specification import Specification
from impls.faults._places import BACKWARD, FORWARD
from impls.faults.activations import _rule as any_function


@dataclass(frozen=True)
class TanhRule(any_function.FunctionRule):
    """tanh with knobs."""

    operator: ClassVar[type[Specification]] = Tanh


def is_the_function(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Take tanh for its derivative."""
    return dy * np.tanh(stage.x)


def square_missing(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Compute 1 - y."""
    return np.asarray(dy * (1 - np.tanh(stage.x)))


def of_input(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Compute 1 - x²."""
    return np.asarray(dy * (1 - stage.x * stage.x))


def of_relu(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Use relu's derivative."""
    return dy * (stage.x > 0)


def of_sigmoid(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Use sigmoid's formula, y (1 - y)."""
    y = np.tanh(stage.x)
    return np.asarray(dy * y * (1 - y))


FAULTS = (
    Fault(
        "tanh-derivative-is-tanh", TanhRule(gradient=is_the_function), BACKWARD,
        "The derivative is the function.", "1 - y * y", census=13, source="brain.js#560",
    ),
    Fault(
        "tanh-derivative-lacks-the-square", TanhRule(gradient=square_missing), BACKWARD,
        "The derivative is 1 - y.", "1 - y * y", census=13,
    ),
    Fault(
        "tanh-derivative-of-input", TanhRule(gradient=of_input), BACKWARD,
        "The formula for the output, 1 - y², is given the input.", "Which of the two was cached?", census=13,
    ),
    Fault(
        "tanh-derivative-of-output", TanhRule(gradient=any_function.derivative_at_the_output), BACKWARD,
        "The derivative is taken at the output: tanh is applied twice.", "1 - y * y with y the output as it is.",
        census=13,
    ),
    Fault(
        "tanh-derivative-of-relu", TanhRule(gradient=of_relu), BACKWARD, "The derivative is relu's.",
        "Was the derivative changed with the activation?", census=13,
    ),
    Fault(
        "tanh-derivative-of-sigmoid", TanhRule(gradient=of_sigmoid), BACKWARD, "The derivative is sigmoid's.",
        "Was the derivative changed with the activation?", census=13,
    ),
    Fault(
        "tanh-never-applied", TanhRule(output=any_function.never_applied), (*FORWARD, *BACKWARD),
        "The activation is accepted and never applied.", "Is the argument used after it was stored?", census=1,
    ),
)  # fmt: skip
