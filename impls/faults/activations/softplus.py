"""softplus: what goes wrong far from 0."""

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import ActivationStage
from harness.operators.activations import Softplus
from impls.faults._places import BACKWARD, FORWARD
from impls.faults.activations import _any_activation as any_activation


def overflowing(stage: ActivationStage, y: Array) -> Array:
    """Compute log(1 + exp(x)) as it stands."""
    with np.errstate(over="ignore"):
        return np.asarray(np.log1p(np.exp(stage.x)))


def derivative_with_sign(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Compute 1 / (1 + exp(x))."""
    return dy - dx


FAULTS = (
    Fault("softplus-overflows", on=Softplus, output=overflowing, moves=FORWARD, census=9,
        explanation="exp(x) is infinite for large x.", hint="max(x, 0) + log(1 + exp(-|x|))"),
    Fault("softplus-derivative-is-the-function", on=Softplus, input_gradient=any_activation.derivative_is_the_function,
        moves=BACKWARD, census=13,
        explanation="The derivative is the function.", hint="The derivative of softplus is sigmoid."),
    Fault("softplus-derivative-sign-in-exponent", on=Softplus, input_gradient=derivative_with_sign,
        moves=BACKWARD, census=13,
        explanation="The derivative is 1 / (1 + exp(x)).", hint="The derivative rises with x."),
)  # fmt: skip
