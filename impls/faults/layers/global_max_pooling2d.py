"""GlobalMaxPooling2D: what goes wrong where a channel's largest element is taken."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LayerStage
from harness.operators.layers import GlobalMaxPooling2D
from harness.operators.specification import Specification
from impls.faults._places import BACKWARD, FORWARD
from impls.faults.layers._shaped import ShapedRule


@dataclass(frozen=True)
class GlobalMaxPooling2DRule(ShapedRule):
    """Global max-pooling with knobs."""

    operator: ClassVar[type[Specification]] = GlobalMaxPooling2D


def over_batch(stage: LayerStage, y: Array) -> Array:
    """Take the maximum over samples as well."""
    return np.broadcast_to(y.max(axis=0, keepdims=True), y.shape)


def of_magnitude(stage: LayerStage, y: Array) -> Array:
    """Take the largest magnitude."""
    return np.asarray(np.abs(stage.x).max(axis=(1, 2)).reshape(y.shape))


def to_first_maximum(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Give the first of equal maxima everything."""
    flat = stage.x.reshape(len(dy), -1, stage.x.shape[3])
    first = flat.argmax(axis=1)[:, np.newaxis] == np.arange(flat.shape[1])[:, np.newaxis]
    return np.asarray((first * dy.reshape(len(dy), 1, -1)).reshape(stage.x.shape))


def to_every_maximum(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Give each of equal maxima the whole gradient."""
    return np.asarray((stage.x == stage.x.max(axis=(1, 2), keepdims=True)) * dy.reshape(len(dy), 1, 1, -1))


def to_every_element(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Give the gradient to every element."""
    return np.broadcast_to(dy.reshape(len(dy), 1, 1, -1), stage.x.shape)


FAULTS = (
    Fault(
        "global-max-pooling2d-over-batch", GlobalMaxPooling2DRule(output=over_batch), FORWARD,
        "All samples get the batch's largest element.", "Take the maximum over rows and columns only: axis=(1, 2).",
        census=3,
    ),
    Fault(
        "global-max-pooling2d-magnitude", GlobalMaxPooling2DRule(output=of_magnitude), FORWARD,
        "The largest magnitude is returned.", "A maximum of negative numbers is negative.",
    ),
    Fault(
        "global-max-pooling2d-gradient-to-first-tie", GlobalMaxPooling2DRule(input_gradient=to_first_maximum),
        BACKWARD, "The first of several maxima gets all the gradient.",
        "Unlike MaxPooling2D, Keras's global pooling shares the gradient among equal maxima.",
    ),
    Fault(
        "global-max-pooling2d-gradient-to-every-tie", GlobalMaxPooling2DRule(input_gradient=to_every_maximum),
        BACKWARD, "Each of several maxima gets the whole gradient.", "The shares add up to one gradient.", census=11,
    ),
    Fault(
        "global-max-pooling2d-gradient-to-every-element", GlobalMaxPooling2DRule(input_gradient=to_every_element),
        BACKWARD, "Every element gets the gradient.", "Only the maximum had an effect on the output.",
    ),
)  # fmt: skip
