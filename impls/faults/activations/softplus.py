"""softplus: what goes wrong far from 0."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import ActivationStage
from harness.operators.activations import Softplus
from harness.operators.specification import Specification
from impls.faults._places import BACKWARD, FORWARD
from impls.faults.activations import _rule as any_function


@dataclass(frozen=True)
class SoftplusRule(any_function.FunctionRule):
    """softplus with knobs."""

    operator: ClassVar[type[Specification]] = Softplus


def overflowing(stage: ActivationStage, y: Array) -> Array:
    """Compute log(1 + exp(x)) as it stands."""
    with np.errstate(over="ignore"):
        return np.asarray(np.log1p(np.exp(stage.x)))


def derivative_is_the_function(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Take softplus for its derivative."""
    return dy * stage.forward()


def derivative_with_sign(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Compute 1 / (1 + exp(x))."""
    return dy - dx


FAULTS = (
    Fault(
        "softplus-overflows", SoftplusRule(output=overflowing), FORWARD,
        "exp(x) is infinite for large x.", "max(x, 0) + log(1 + exp(-|x|))", census=9,
    ),
    Fault(
        "softplus-derivative-is-the-function", SoftplusRule(gradient=derivative_is_the_function), BACKWARD,
        "The derivative is the function.", "The derivative of softplus is sigmoid.", census=13,
    ),
    Fault(
        "softplus-derivative-sign-in-exponent", SoftplusRule(gradient=derivative_with_sign), BACKWARD,
        "The derivative is 1 / (1 + exp(x)).", "The derivative rises with x.", census=13,
    ),
)  # fmt: skip
