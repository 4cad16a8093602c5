"""Errors that any activation may have."""

import numpy as np

from harness.cases.problem import Array
from harness.faults.stages import ActivationStage


def never_applied(stage: ActivationStage, y: Array) -> Array:
    """Return the input."""
    return stage.x


def derivative_forgotten(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Hand the gradient on."""
    return dy


def derivative_at_the_output(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Take the output for the input: the activation is applied once more before its derivative."""
    return stage.backward(dy, stage.forward())


def derivative_is_the_function(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Take the function for its derivative."""
    return dy * stage.forward()


def derivative_of_relu(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Use relu's derivative."""
    return dy * (stage.x > 0)


def derivative_of_sigmoid(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Use sigmoid's formula, y (1 - y)."""
    y = stage.forward()
    return np.asarray(dy * y * (1 - y))


def derivative_of_sigmoid_at_the_input(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Use sigmoid's formula with the input, x (1 - x)."""
    return np.asarray(dy * stage.x * (1 - stage.x))


def derivative_at_zero_is_one(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Test for >= 0 where > 0 is meant."""
    return np.asarray(dx * (stage.x != 0) + dy * (stage.x == 0))
