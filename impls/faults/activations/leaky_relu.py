"""leaky_relu: what goes wrong on the negative side."""

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import ActivationStage
from harness.operators.activations import LeakyRelu
from impls.faults._places import BACKWARD, BOTH_WAYS, FORWARD
from impls.faults.activations import _any_activation as any_activation

SLOPE_HARD_CODED = 0.01


def sign_flipped(stage: ActivationStage, y: Array) -> Array:
    """Let the negative side rise to the left."""
    return np.where(stage.x > 0, stage.x, -y)


def slope_hard_coded(stage: ActivationStage, y: Array) -> Array:
    """Use 0.01 whatever is asked for."""
    return np.where(stage.x > 0, stage.x, np.asarray(SLOPE_HARD_CODED, y.dtype) * stage.x)


def slope_hard_coded_in_derivative(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Use 0.01 whatever is asked for."""
    return np.where(stage.x > 0, dy, np.asarray(SLOPE_HARD_CODED, dy.dtype) * dy)


def slope_times_x(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Take the function for its derivative on the negative side."""
    return np.where(stage.x > 0, dy, dx * stage.x)


FAULTS = (
    Fault("leaky-relu-sign-flipped", on=LeakyRelu, output=sign_flipped, moves=BOTH_WAYS, census=13,
        explanation="The negative side has the wrong sign.", hint="slope * x is negative where x is."),
    Fault("leaky-relu-slope-hard-coded", on=LeakyRelu, output=slope_hard_coded, moves=FORWARD, census=13,
        explanation="The slope is 0.01 whatever is asked for.", hint="Is the argument used? Keras's function has 0.2."),
    Fault("leaky-relu-derivative-without-slope", on=LeakyRelu, input_gradient=any_activation.derivative_of_relu,
        moves=BACKWARD, census=13,
        explanation="The derivative on the negative side is 0.", hint="It is the slope."),
    Fault("leaky-relu-derivative-hard-coded", on=LeakyRelu, input_gradient=slope_hard_coded_in_derivative,
        moves=BACKWARD, census=13,
        explanation="The derivative's slope is 0.01 whatever is asked for.", hint="Use the same slope in both passes."),
    Fault("leaky-relu-derivative-times-x", on=LeakyRelu, input_gradient=slope_times_x, moves=BACKWARD, census=13,
        explanation="The derivative on the negative side is the function.",
        hint="The derivative of slope * x is slope."),
    Fault("leaky-relu-derivative-at-zero-is-one", on=LeakyRelu, input_gradient=any_activation.derivative_at_zero_is_one,
        moves=BACKWARD,
        explanation="The derivative at 0 is 1.", hint="x > 0 and not x >= 0."),
)  # fmt: skip
