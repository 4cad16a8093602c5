"""GlobalAveragePooling2D: what goes wrong where a channel's mean is taken."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LayerStage
from harness.operators.layers import GlobalAveragePooling2D
from harness.operators.specification import Specification
from impls.faults._places import BACKWARD, FORWARD
from impls.faults.layers._shaped import ShapedRule


@dataclass(frozen=True)
class GlobalAveragePooling2DRule(ShapedRule):
    """Global average pooling with knobs."""

    operator: ClassVar[type[Specification]] = GlobalAveragePooling2D


def sums(stage: LayerStage, y: Array) -> Array:
    """Forget to divide."""
    return np.asarray(stage.x.sum(axis=(1, 2)).reshape(y.shape))


def divided_by_height_squared(stage: LayerStage, y: Array) -> Array:
    """Take images to be square."""
    return np.asarray(sums(stage, y) / np.asarray(stage.x.shape[1] ** 2, y.dtype))


def not_divided(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Give each element the whole gradient."""
    return np.broadcast_to(dy.reshape(len(dy), 1, 1, -1), stage.x.shape)


def divided_by_channels(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Divide by the size of the wrong axis."""
    return np.asarray(not_divided(stage, dy, dx) / np.asarray(stage.x.shape[3], dy.dtype))


FAULTS = (
    Fault(
        "global-average-pooling2d-sum", GlobalAveragePooling2DRule(output=sums), FORWARD,
        "Each channel's sum is returned.", "A mean is a sum divided by the number of elements.",
    ),
    Fault(
        "global-average-pooling2d-divided-by-height-squared",
        GlobalAveragePooling2DRule(output=divided_by_height_squared), FORWARD, "Images are taken to be square.",
        "An image has height times width elements.", census=6,
    ),
    Fault(
        "global-average-pooling2d-gradient-not-divided", GlobalAveragePooling2DRule(input_gradient=not_divided),
        BACKWARD, "Every element gets the whole gradient.", "An element's share is one part in height times width.",
        census=3,
    ),
    Fault(
        "global-average-pooling2d-gradient-divided-by-channels",
        GlobalAveragePooling2DRule(input_gradient=divided_by_channels), BACKWARD,
        "The gradient is divided by the number of channels.", "The mean was over rows and columns.",
    ),
)  # fmt: skip
