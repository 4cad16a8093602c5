"""sigmoid: what goes wrong in its derivative and far from 0."""

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import ActivationStage
from harness.operators.activations import Sigmoid
from impls.faults._places import BACKWARD, BOTH_WAYS
from impls.faults.activations import _any_activation as any_activation


def sign_in_exponent(stage: ActivationStage, y: Array) -> Array:
    """Compute 1 / (1 + exp(x))."""
    return stage.forward(-stage.x)


def overflowing(stage: ActivationStage, y: Array) -> Array:
    """Compute exp(x) / (1 + exp(x)), which is infinity by infinity for large x."""
    with np.errstate(over="ignore", invalid="ignore"):
        power = np.exp(stage.x)
        return np.asarray(power / (1 + power))


FAULTS = (
    Fault("sigmoid-sign-in-exponent", on=Sigmoid, output=sign_in_exponent, moves=BOTH_WAYS, census=13,
        explanation="The exponent has the wrong sign.", hint="1 / (1 + exp(-x)) rises with x."),
    Fault("sigmoid-overflows", on=Sigmoid, output=overflowing, moves=BOTH_WAYS, census=9,
        explanation="exp(x) / (1 + exp(x)) is infinity by infinity for large x.",
        hint="Take exp of negative numbers only."),
    Fault("sigmoid-derivative-of-output", on=Sigmoid, input_gradient=any_activation.derivative_at_the_output,
        moves=BACKWARD, census=13,
        explanation="The derivative is taken at the output: sigmoid is applied twice.",
        hint="y * (1 - y) with y the output as it is.", source="brain.js#560"),
    Fault("sigmoid-derivative-of-input", on=Sigmoid, input_gradient=any_activation.derivative_of_sigmoid_at_the_input,
        moves=BACKWARD, census=13,
        explanation="The formula for the output, y (1 - y), is given the input.", hint="Which of the two was cached?"),
    Fault("sigmoid-derivative-lacks-a-factor", on=Sigmoid, input_gradient=any_activation.derivative_is_the_function,
        moves=BACKWARD, census=13,
        explanation="The derivative is the function.", hint="y * (1 - y)"),
    Fault("sigmoid-derivative-forgotten", on=Sigmoid, input_gradient=any_activation.derivative_forgotten,
        moves=BACKWARD,
        explanation="The gradient goes through unchanged.", hint="Multiply by the derivative of the activation.",
        source="Bot-Academy#3"),
    Fault("sigmoid-never-applied", on=Sigmoid, output=any_activation.never_applied, moves=BOTH_WAYS, census=1,
        explanation="The activation is accepted and never applied.", hint="Is the argument used after it was stored?"),
)  # fmt: skip
