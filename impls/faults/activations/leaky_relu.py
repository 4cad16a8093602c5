"""leaky_relu: what goes wrong on the negative side."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import ActivationStage
from harness.operators.activations import LeakyRelu
from harness.operators.specification import Specification
from impls.faults._places import BACKWARD, FORWARD
from impls.faults.activations import _rule as any_function


@dataclass(frozen=True)
class LeakyReluRule(any_function.FunctionRule):
    """leaky_relu with knobs."""

    operator: ClassVar[type[Specification]] = LeakyRelu


SLOPE_HARD_CODED = 0.01


def sign_flipped(stage: ActivationStage, y: Array) -> Array:
    """Let the negative side rise to the left."""
    return np.where(stage.x > 0, stage.x, -y)


def slope_hard_coded(stage: ActivationStage, y: Array) -> Array:
    """Use 0.01 whatever is asked for."""
    return np.where(stage.x > 0, stage.x, np.asarray(SLOPE_HARD_CODED, y.dtype) * stage.x)


def slope_missing(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Use relu's derivative."""
    return dy * (stage.x > 0)


def slope_hard_coded_in_derivative(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Use 0.01 whatever is asked for."""
    return np.where(stage.x > 0, dy, np.asarray(SLOPE_HARD_CODED, dy.dtype) * dy)


def slope_times_x(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Take the function for its derivative on the negative side."""
    return np.where(stage.x > 0, dy, dx * stage.x)


FAULTS = (
    Fault(
        "leaky-relu-sign-flipped", LeakyReluRule(output=sign_flipped), (*FORWARD, *BACKWARD),
        "The negative side has the wrong sign.", "slope * x is negative where x is.", census=13,
    ),
    Fault(
        "leaky-relu-slope-hard-coded", LeakyReluRule(output=slope_hard_coded), FORWARD,
        "The slope is 0.01 whatever is asked for.", "Is the argument used? Keras's function has 0.2.", census=13,
    ),
    Fault(
        "leaky-relu-derivative-without-slope", LeakyReluRule(gradient=slope_missing), BACKWARD,
        "The derivative on the negative side is 0.", "It is the slope.", census=13,
    ),
    Fault(
        "leaky-relu-derivative-hard-coded", LeakyReluRule(gradient=slope_hard_coded_in_derivative), BACKWARD,
        "The derivative's slope is 0.01 whatever is asked for.", "Use the same slope in both passes.", census=13,
    ),
    Fault(
        "leaky-relu-derivative-times-x", LeakyReluRule(gradient=slope_times_x), BACKWARD,
        "The derivative on the negative side is the function.", "The derivative of slope * x is slope.", census=13,
    ),
    Fault(
        "leaky-relu-derivative-at-zero-is-one", LeakyReluRule(gradient=any_function.derivative_at_zero_is_one),
        BACKWARD, "The derivative at 0 is 1.", "x > 0 and not x >= 0.",
    ),
)  # fmt: skip
