"""GlobalAveragePooling2D: what goes wrong where a channel's mean is taken."""

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LayerStage
from harness.operators.layers import GlobalAveragePooling2D
from impls.faults._places import BACKWARD, FORWARD
from impls.faults.layers import _pooled as pooled


def sums(stage: LayerStage, y: Array) -> Array:
    """Forget to divide."""
    return np.asarray(stage.x.sum(axis=(1, 2)).reshape(y.shape))


def divided_by_height_squared(stage: LayerStage, y: Array) -> Array:
    """Take images to be square."""
    return np.asarray(sums(stage, y) / np.asarray(stage.x.shape[1] ** 2, y.dtype))


def divided_by_channels(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Divide by the size of the wrong axis."""
    return np.asarray(pooled.to_every_pixel(stage, dy, dx) / np.asarray(stage.x.shape[3], dy.dtype))


FAULTS = (
    Fault("global-average-pooling2d-sum", on=GlobalAveragePooling2D, output=sums, moves=FORWARD,
        explanation="Each channel's sum is returned.", hint="A mean is a sum divided by the number of elements."),
    Fault("global-average-pooling2d-divided-by-height-squared", on=GlobalAveragePooling2D,
        output=divided_by_height_squared, moves=FORWARD, census=6,
        explanation="Images are taken to be square.", hint="An image has height times width elements."),
    Fault("global-average-pooling2d-gradient-not-divided", on=GlobalAveragePooling2D,
        input_gradient=pooled.to_every_pixel, moves=BACKWARD, census=3,
        explanation="Every element gets the whole gradient.",
        hint="An element's share is one part in height times width."),
    Fault("global-average-pooling2d-gradient-divided-by-channels", on=GlobalAveragePooling2D,
        input_gradient=divided_by_channels, moves=BACKWARD,
        explanation="The gradient is divided by the number of channels.", hint="The mean was over rows and columns."),
)  # fmt: skip
