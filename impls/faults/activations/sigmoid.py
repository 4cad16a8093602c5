"""sigmoid: what goes wrong in its derivative and far from 0."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import ActivationStage
from harness.operators.activations import Sigmoid
from harness.operators.specification import Specification
from impls.faults._places import BACKWARD, FORWARD
from impls.faults.activations import _rule as any_function


@dataclass(frozen=True)
class SigmoidRule(any_function.FunctionRule):
    """sigmoid with knobs."""

    operator: ClassVar[type[Specification]] = Sigmoid


def sign_in_exponent(stage: ActivationStage, y: Array) -> Array:
    """Compute 1 / (1 + exp(x))."""
    return stage.forward(-stage.x)


def without_second_factor(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Leave 1 - y out."""
    return dy * stage.forward()


def with_x(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Compute x (1 - x), the formula for the output."""
    return np.asarray(dy * stage.x * (1 - stage.x))


def overflowing(stage: ActivationStage, y: Array) -> Array:
    """Compute exp(x) / (1 + exp(x)), which is infinity by infinity for large x."""
    with np.errstate(over="ignore", invalid="ignore"):
        power = np.exp(stage.x)
        return np.asarray(power / (1 + power))


FAULTS = (
    Fault(
        "sigmoid-sign-in-exponent", SigmoidRule(output=sign_in_exponent), (*FORWARD, *BACKWARD),
        "The exponent has the wrong sign.", "1 / (1 + exp(-x)) rises with x.", census=13,
    ),
    Fault(
        "sigmoid-overflows", SigmoidRule(output=overflowing), (*FORWARD, *BACKWARD),
        "exp(x) / (1 + exp(x)) is infinity by infinity for large x.", "Take exp of negative numbers only.", census=9,
    ),
    Fault(
        "sigmoid-derivative-of-output", SigmoidRule(gradient=any_function.derivative_at_the_output), BACKWARD,
        "The derivative is taken at the output: sigmoid is applied twice.",
        "y * (1 - y) with y the output as it is.", census=13, source="brain.js#560",
    ),
    Fault(
        "sigmoid-derivative-of-input", SigmoidRule(gradient=with_x), BACKWARD,
        "The formula for the output, y (1 - y), is given the input.", "Which of the two was cached?", census=13,
    ),
    Fault(
        "sigmoid-derivative-lacks-a-factor", SigmoidRule(gradient=without_second_factor), BACKWARD,
        "The derivative is the function.", "y * (1 - y)", census=13,
    ),
    Fault(
        "sigmoid-derivative-forgotten", SigmoidRule(gradient=any_function.derivative_forgotten), BACKWARD,
        "The gradient goes through unchanged.", "Multiply by the derivative of the activation.",
        source="Bot-Academy#3",
    ),
    Fault(
        "sigmoid-never-applied", SigmoidRule(output=any_function.never_applied), (*FORWARD, *BACKWARD),
        "The activation is accepted and never applied.", "Is the argument used after it was stored?", census=1,
    ),
)  # fmt: skip
