"""tanh: what goes wrong in its derivative."""

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import ActivationStage
from harness.operators.activations import Tanh
from impls.faults._places import BACKWARD, BOTH_WAYS
from impls.faults.activations import _any_activation as any_activation


def square_missing(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Compute 1 - y."""
    return np.asarray(dy * (1 - np.tanh(stage.x)))


def of_input(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Compute 1 - x²."""
    return np.asarray(dy * (1 - stage.x * stage.x))


FAULTS = (
    Fault("tanh-derivative-is-tanh", on=Tanh, input_gradient=any_activation.derivative_is_the_function,
        moves=BACKWARD, census=13,
        explanation="The derivative is the function.", hint="1 - y * y", source="brain.js#560"),
    Fault("tanh-derivative-lacks-the-square", on=Tanh, input_gradient=square_missing, moves=BACKWARD, census=13,
        explanation="The derivative is 1 - y.", hint="1 - y * y"),
    Fault("tanh-derivative-of-input", on=Tanh, input_gradient=of_input, moves=BACKWARD, census=13,
        explanation="The formula for the output, 1 - y², is given the input.", hint="Which of the two was cached?"),
    Fault("tanh-derivative-of-output", on=Tanh, input_gradient=any_activation.derivative_at_the_output,
        moves=BACKWARD, census=13,
        explanation="The derivative is taken at the output: tanh is applied twice.",
        hint="1 - y * y with y the output as it is."),
    Fault("tanh-derivative-of-relu", on=Tanh, input_gradient=any_activation.derivative_of_relu,
        moves=BACKWARD, census=13,
        explanation="The derivative is relu's.", hint="Was the derivative changed with the activation?"),
    Fault("tanh-derivative-of-sigmoid", on=Tanh, input_gradient=any_activation.derivative_of_sigmoid,
        moves=BACKWARD, census=13,
        explanation="The derivative is sigmoid's.", hint="Was the derivative changed with the activation?"),
    Fault("tanh-never-applied", on=Tanh, output=any_activation.never_applied, moves=BOTH_WAYS, census=1,
        explanation="The activation is accepted and never applied.", hint="Is the argument used after it was stored?"),
)  # fmt: skip
