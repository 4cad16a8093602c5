"""Add: what goes wrong where branches meet."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LayerStage
from harness.operators.layers import Add
from harness.operators.specification import Specification
from impls.faults._places import BACKWARD, FORWARD
from impls.faults.layers._shaped import ShapedRule


@dataclass(frozen=True)
class AddRule(ShapedRule):
    """Add with knobs."""

    operator: ClassVar[type[Specification]] = Add


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
    Fault(
        "add-mean", AddRule(output=mean), FORWARD, "The mean of the inputs is returned.", "Add sums; Average divides.",
    ),
    Fault(
        "add-two-inputs-only", AddRule(output=first_two), FORWARD, "Inputs after the second are overlooked.",
        "Sum over all inputs.",
    ),
    Fault(
        "add-gradient-to-first-input-only", AddRule(input_gradient=first_only), BACKWARD,
        "The skip connection gets no gradient.", "Every input of a sum gets the whole gradient.",
    ),
    Fault(
        "add-gradient-divided", AddRule(input_gradient=divided), BACKWARD,
        "The gradient is divided among the inputs.", "Every input of a sum gets the whole gradient.",
    ),
)  # fmt: skip
