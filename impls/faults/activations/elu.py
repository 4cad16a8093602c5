"""elu: what goes wrong on the curved side."""

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import ActivationStage
from harness.operators.activations import Elu
from impls.faults._places import BACKWARD, BOTH_WAYS
from impls.faults.activations import _any_activation as any_activation


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
    Fault("elu-without-minus-1", on=Elu, output=without_minus_1, moves=BOTH_WAYS,
        explanation="The negative side lacks - 1, and jumps at 0.", hint="alpha * (exp(x) - 1)"),
    Fault("elu-alpha-unused", on=Elu, output=alpha_unused, moves=BOTH_WAYS, census=13,
        explanation="alpha is accepted and not used.", hint="alpha * (exp(x) - 1); try an alpha other than 1."),
    Fault("elu-derivative-without-alpha", on=Elu, input_gradient=derivative_without_alpha, moves=BACKWARD, census=13,
        explanation="The derivative lacks alpha.", hint="alpha * exp(x), which is y + alpha.", source="dl4j#8178"),
    Fault("elu-derivative-is-the-function", on=Elu, input_gradient=derivative_is_the_function,
        moves=BACKWARD, census=13,
        explanation="The derivative on the negative side is the function.", hint="y + alpha, not y."),
    Fault("elu-derivative-forgotten", on=Elu, input_gradient=any_activation.derivative_forgotten, moves=BACKWARD,
        explanation="The gradient goes through unchanged.", hint="Multiply by the derivative of the activation."),
)  # fmt: skip
