"""elu: what goes wrong on the curved side."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import ActivationStage
from harness.operators.activations import Elu
from harness.operators.specification import Specification
from impls.faults._places import BACKWARD, FORWARD
from impls.faults.activations import _rule as any_function


@dataclass(frozen=True)
class EluRule(any_function.FunctionRule):
    """elu with knobs."""

    operator: ClassVar[type[Specification]] = Elu


def without_minus_1(stage: ActivationStage, y: Array) -> Array:
    """Compute alpha exp(x)."""
    return np.where(stage.x > 0, y, y + np.asarray(stage.activation.alpha, y.dtype))


def alpha_unused(stage: ActivationStage, y: Array) -> Array:
    """Compute exp(x) - 1."""
    return np.where(stage.x > 0, y, np.expm1(np.minimum(stage.x, 0)))


def derivative_without_alpha(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Compute exp(x)."""
    return dy * np.exp(np.minimum(stage.x, 0))


def derivative_is_the_function(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Compute alpha (exp(x) - 1)."""
    return np.where(stage.x > 0, dy, dy * stage.forward())


FAULTS = (
    Fault(
        "elu-without-minus-1", EluRule(output=without_minus_1), (*FORWARD, *BACKWARD),
        "The negative side lacks - 1, and jumps at 0.", "alpha * (exp(x) - 1)",
    ),
    Fault(
        "elu-alpha-unused", EluRule(output=alpha_unused), (*FORWARD, *BACKWARD), "alpha is accepted and not used.",
        "alpha * (exp(x) - 1); try an alpha other than 1.", census=13,
    ),
    Fault(
        "elu-derivative-without-alpha", EluRule(gradient=derivative_without_alpha), BACKWARD,
        "The derivative lacks alpha.", "alpha * exp(x), which is y + alpha.", census=13, source="dl4j#8178",
    ),
    Fault(
        "elu-derivative-is-the-function", EluRule(gradient=derivative_is_the_function), BACKWARD,
        "The derivative on the negative side is the function.", "y + alpha, not y.", census=13,
    ),
    Fault(
        "elu-derivative-forgotten", EluRule(gradient=any_function.derivative_forgotten), BACKWARD,
        "The gradient goes through unchanged.", "Multiply by the derivative of the activation.",
    ),
)  # fmt: skip
