"""GlobalMaxPooling2D: what goes wrong where a channel's largest element is taken."""

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LayerStage
from harness.operators.layers import GlobalMaxPooling2D
from impls.faults._places import BACKWARD, FORWARD
from impls.faults.layers import _pooled as pooled


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


FAULTS = (
    Fault("global-max-pooling2d-over-batch", on=GlobalMaxPooling2D, output=over_batch, moves=FORWARD, census=3,
        explanation="All samples get the batch's largest element.",
        hint="Take the maximum over rows and columns only: axis=(1, 2)."),
    Fault("global-max-pooling2d-magnitude", on=GlobalMaxPooling2D, output=of_magnitude, moves=FORWARD,
        explanation="The largest magnitude is returned.", hint="A maximum of negative numbers is negative."),
    Fault("global-max-pooling2d-gradient-to-first-tie", on=GlobalMaxPooling2D, input_gradient=to_first_maximum,
        moves=BACKWARD,
        explanation="The first of several maxima gets all the gradient.",
        hint="Unlike MaxPooling2D, Keras's global pooling shares the gradient among equal maxima."),
    Fault("global-max-pooling2d-gradient-to-every-tie", on=GlobalMaxPooling2D, input_gradient=to_every_maximum,
        moves=BACKWARD, census=11,
        explanation="Each of several maxima gets the whole gradient.", hint="The shares add up to one gradient."),
    Fault("global-max-pooling2d-gradient-to-every-element", on=GlobalMaxPooling2D, input_gradient=pooled.to_every_pixel,
        moves=BACKWARD,
        explanation="Every element gets the gradient.", hint="Only the maximum had an effect on the output."),
)  # fmt: skip
