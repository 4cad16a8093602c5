"""The rule of activations, and errors that any of them may have."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from harness.cases.problem import Array
from harness.faults import ActivationRule
from harness.faults.stages import ActivationStage

Output = Callable[[ActivationStage, Array], Array]
# From the stage, the gradient of the output and the right gradient of the input.
Gradient = Callable[[ActivationStage, Array, Array], Array]


def right_output(stage: ActivationStage, y: Array) -> Array:
    """Return the right output."""
    return y


def right_gradient(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Return the right gradient."""
    return dx


@dataclass(frozen=True)
class FunctionRule(ActivationRule):
    """An activation with knobs.

    Attributes:
        output: what comes out.
        gradient: what goes back.
    """

    output: Output = right_output
    gradient: Gradient = right_gradient

    def forward(self, stage: ActivationStage, y: Array) -> Array:
        return self.output(stage, y)

    def backward(self, stage: ActivationStage, dy: Array, dx: Array) -> Array:
        return self.gradient(stage, dy, dx)


def never_applied(stage: ActivationStage, y: Array) -> Array:
    """Return the input."""
    return stage.x


def derivative_forgotten(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Hand the gradient on."""
    return dy


def derivative_at_the_output(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Take the output for the input: the activation is applied once more before its derivative."""
    return stage.backward(dy, stage.forward())


def derivative_at_zero_is_one(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Test for >= 0 where > 0 is meant."""
    return np.asarray(dx * (stage.x != 0) + dy * (stage.x == 0))
