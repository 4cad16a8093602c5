"""relu: what goes wrong at zero and behind it."""

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import ActivationStage
from harness.operators.activations import Relu
from impls.faults._places import BACKWARD, BOTH_WAYS, FORWARD
from impls.faults.activations import _any_activation as any_activation


def masked_by_gradient(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Mask by the sign of what arrives."""
    return np.maximum(dy, 0)


def masked_by_both(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Mask by both signs."""
    return np.maximum(dx, 0)


def magnitude(stage: ActivationStage, y: Array) -> Array:
    """Turn negative numbers into positive ones."""
    return np.abs(stage.x)


def times_x(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Take relu itself for its derivative."""
    return dy * np.maximum(stage.x, 0)


FAULTS = (
    Fault("relu-derivative-at-zero-is-one", on=Relu, input_gradient=any_activation.derivative_at_zero_is_one,
        moves=BACKWARD, census=13,
        explanation="The derivative at 0 is 1.", hint="x > 0 and not x >= 0: Keras's derivative at 0 is 0."),
    Fault("relu-masked-by-gradient", on=Relu, input_gradient=masked_by_gradient, moves=BACKWARD, census=13,
        explanation="Negative gradients are set to 0 instead of those at negative inputs.",
        hint="The mask belongs to the input of the forward pass.", source="tflearn#784"),
    Fault("relu-masked-by-both", on=Relu, input_gradient=masked_by_both, moves=BACKWARD,
        explanation="Negative gradients are set to 0 as well.", hint="The mask belongs to the input alone."),
    Fault("relu-derivative-is-relu", on=Relu, input_gradient=times_x, moves=BACKWARD, census=13,
        explanation="The gradient is multiplied by the output.", hint="The derivative is 1 or 0."),
    Fault("relu-derivative-forgotten", on=Relu, input_gradient=any_activation.derivative_forgotten, moves=BACKWARD,
        explanation="The gradient goes through unchanged.", hint="Multiply by the derivative of the activation.",
        source="Bot-Academy#3"),
    Fault("relu-never-applied", on=Relu, output=any_activation.never_applied, moves=FORWARD, census=1,
        explanation="The activation is accepted and never applied.", hint="Is the argument used after it was stored?"),
    Fault("relu-magnitude", on=Relu, output=magnitude, moves=BOTH_WAYS,
        explanation="Negative numbers become positive.", hint="max(x, 0)"),
)  # fmt: skip
