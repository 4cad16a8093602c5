"""Add: what goes wrong where branches meet."""

from typing import Any

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LayerStage
from harness.operators.layers import Add
from impls.faults._places import BACKWARD, FORWARD


def mean(stage: LayerStage, y: Array) -> Array:
    """Take the mean of the inputs."""
    return np.asarray(y / np.asarray(len(stage.x), y.dtype))


def first_two(stage: LayerStage, y: Array) -> Array:
    """Overlook an input after the second."""
    return np.asarray(stage.x[0] + stage.x[1])


def first_only(stage: LayerStage, dy: Array, dx: Any) -> Any:
    """Send the gradient to the first input only."""
    return (dx[0], *(np.zeros_like(each) for each in dx[1:]))


def divided(stage: LayerStage, dy: Array, dx: Any) -> Any:
    """Divide the gradient among the inputs."""
    return tuple(each / np.asarray(len(dx), each.dtype) for each in dx)


FAULTS = (
    Fault("add-mean", on=Add, output=mean, moves=FORWARD,
        explanation="The mean of the inputs is returned.", hint="Add sums; Average divides."),
    Fault("add-two-inputs-only", on=Add, output=first_two, moves=FORWARD,
        explanation="Inputs after the second are overlooked.", hint="Sum over all inputs."),
    Fault("add-gradient-to-first-input-only", on=Add, input_gradient=first_only, moves=BACKWARD,
        explanation="The skip connection gets no gradient.", hint="Every input of a sum gets the whole gradient."),
    Fault("add-gradient-divided", on=Add, input_gradient=divided, moves=BACKWARD,
        explanation="The gradient is divided among the inputs.", hint="Every input of a sum gets the whole gradient."),
)  # fmt: skip
