"""AveragePooling2D: what goes wrong where a mean is taken."""

import math
from dataclasses import replace
from typing import Any

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LayerStage
from harness.operators.layers import AveragePooling2D
from impls.faults._places import BACKWARD, BOTH_WAYS, FORWARD
from impls.faults.layers import _pooled as pooled
from impls.faults.layers._windows import assigned, gathered, scattered, windows_of


def padding_counted(stage: LayerStage, y: Array) -> Array:
    """Divide by the window's size, of which the padding is a part."""
    windows, elements = pooled.elements_of(stage)
    return np.asarray(elements.sum(axis=3) / np.asarray(math.prod(windows.size), y.dtype))


def sums(stage: LayerStage, y: Array) -> Array:
    """Forget to divide."""
    return np.asarray(pooled.elements_of(stage)[1].sum(axis=3))


def divided_by_height_squared(stage: LayerStage, y: Array) -> Array:
    """Take windows to be square."""
    windows, elements = pooled.elements_of(stage)
    return np.asarray(elements.sum(axis=3) / np.asarray(windows.size[0] ** 2, y.dtype))


def divided_by_whole_window(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Divide by the window's size, padding and all."""
    return pooled.to_every_element(stage, dy / np.asarray(math.prod(stage.layer.pool_size), dy.dtype), dx)


def multiplied_by_window(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Multiply where a division is meant."""
    return pooled.to_every_element(stage, dy * np.asarray(math.prod(stage.layer.pool_size), dy.dtype), dx)


def shared_by_value(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Share the gradient in proportion to the elements."""
    windows, elements = pooled.elements_of(stage)
    total = elements.sum(axis=3, keepdims=True)
    shares = np.divide(elements, total, out=np.zeros_like(elements), where=total != 0)
    return scattered(windows, shares * dy[:, :, :, np.newaxis])


def overlaps_assigned(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Overwrite the gradient where windows overlap."""
    windows, elements = pooled.elements_of(stage)
    inside = gathered(windows, np.ones_like(stage.x)).sum(axis=3, keepdims=True)
    return assigned(windows, np.ones_like(elements) * dy[:, :, :, np.newaxis] / inside)


def to_the_maximum(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Go back as max-pooling does."""
    windows, elements = pooled.elements_of(stage)
    winner = pooled.one_hot(elements.argmax(axis=3), elements.shape[3])
    return scattered(windows, winner * dy[:, :, :, np.newaxis])


def edge_repeated(stage: LayerStage, y: Array) -> Array:
    """Repeat the edge where the padding differs between two sides, and count that in."""
    repeated, _ = _with_edge(stage)
    return y if repeated is None else repeated.forward()


def gradient_of_edge_repeated(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Give the edge the gradients of what repeats it."""
    repeated, pixels = _with_edge(stage)
    if repeated is None:
        return dx
    total: Array = np.zeros_like(stage.x)
    np.add.at(total, pixels, repeated.backward(dy)[0])
    return total


def _with_edge(stage: LayerStage) -> tuple[LayerStage | None, Any]:
    """Return the stage of a larger image without padding, and which pixels are repeated where; None where none are."""
    windows = windows_of(stage)
    if windows.before == windows.after:
        return None, ()
    rows, columns = (
        np.clip(np.arange(-before, size + after), 0, size - 1)
        for before, size, after in zip(windows.before, windows.image, windows.after, strict=True)
    )
    pixels = slice(None), rows[:, np.newaxis], columns
    return stage.but(x=stage.x[pixels], layer=replace(stage.layer, padding="valid")), pixels


FAULTS = (
    Fault("average-pooling2d-padding-counted", on=AveragePooling2D, output=padding_counted, moves=FORWARD,
        explanation="The padding of same counts as elements of the mean.",
        hint="Divide by the elements that lie inside the image."),
    Fault("average-pooling2d-edge-repeated", on=AveragePooling2D, output=edge_repeated,
        input_gradient=gradient_of_edge_repeated, moves=BOTH_WAYS,
        explanation="Padding that differs between two sides repeats the edge, which then counts in the mean.",
        hint="Divide by the elements that lie inside the image.", source="keras#23233"),
    Fault("average-pooling2d-sum", on=AveragePooling2D, output=sums, moves=FORWARD,
        explanation="The window's sum is returned.", hint="A mean is a sum divided by the number of elements."),
    Fault("average-pooling2d-divided-by-height-squared", on=AveragePooling2D, output=divided_by_height_squared,
        moves=FORWARD, census=6,
        explanation="Windows are taken to be square.", hint="A window has height times width elements."),
    Fault("average-pooling2d-strides-as-pool-size", on=AveragePooling2D, output=pooled.strides_as_pool_size,
        moves=FORWARD, census=4,
        explanation="strides are accepted and not used: windows lie side by side.",
        hint="Windows start strides apart, whatever their size."),
    Fault("average-pooling2d-output-size-rounded-up", on=AveragePooling2D, output=pooled.size_rounded_up,
        moves=FORWARD, census=8,
        explanation="Where windows do not divide the image, one more looks at what is left.",
        hint="Without padding, Keras drops what is left over: floor and not ceil."),
    Fault("average-pooling2d-gradient-not-divided", on=AveragePooling2D, input_gradient=pooled.to_every_element,
        moves=BACKWARD, census=3,
        explanation="Every element of a window gets the whole gradient.",
        hint="An element's share is one part in the window's size.", source="mlpack#2865, burn#5604"),
    Fault("average-pooling2d-gradient-multiplied", on=AveragePooling2D, input_gradient=multiplied_by_window,
        moves=BACKWARD, census=3,
        explanation="The gradient is multiplied by the window's size.", hint="Divide by it."),
    Fault("average-pooling2d-gradient-divided-by-whole-window", on=AveragePooling2D,
        input_gradient=divided_by_whole_window, moves=BACKWARD,
        explanation="The gradient of a window with padding is divided by the whole window's size.",
        hint="Divide as in the forward pass."),
    Fault("average-pooling2d-gradient-shared-by-value", on=AveragePooling2D, input_gradient=shared_by_value,
        moves=BACKWARD, census=3,
        explanation="Larger elements get a larger share of the gradient.",
        hint="A mean weighs all its elements alike."),
    Fault("average-pooling2d-overlaps-assigned", on=AveragePooling2D, input_gradient=overlaps_assigned,
        moves=BACKWARD, census=4,
        explanation="Each window's gradient overwrites that of the window before where they overlap.",
        hint="Add: += and not =."),
    Fault("average-pooling2d-gradient-to-maximum", on=AveragePooling2D, input_gradient=to_the_maximum, moves=BACKWARD,
        explanation="The gradient goes to the largest element.", hint="That is max-pooling's backward pass."),
)  # fmt: skip
