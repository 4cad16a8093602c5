"""AveragePooling2D: what goes wrong where a mean is taken."""

import math
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LayerStage
from harness.operators.layers import AveragePooling2D
from harness.operators.specification import Specification
from impls.faults._places import BACKWARD, FORWARD
from impls.faults.layers import _pooled as pooled
from impls.faults.layers._shaped import ShapedRule
from impls.faults.layers._windows import Windows


@dataclass(frozen=True)
class AveragePooling2DRule(ShapedRule):
    """Average pooling with knobs."""

    operator: ClassVar[type[Specification]] = AveragePooling2D


def padding_counted(stage: LayerStage, y: Array) -> Array:
    """Divide by the window's size, of which the padding is a part."""
    windows, elements = _elements(stage)
    return np.asarray(elements.sum(axis=3) / np.asarray(math.prod(windows.size), y.dtype))


def sums(stage: LayerStage, y: Array) -> Array:
    """Forget to divide."""
    return np.asarray(_elements(stage)[1].sum(axis=3))


def divided_by_height_squared(stage: LayerStage, y: Array) -> Array:
    """Take windows to be square."""
    windows, elements = _elements(stage)
    return np.asarray(elements.sum(axis=3) / np.asarray(windows.size[0] ** 2, y.dtype))


def not_divided(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Give each element the whole gradient."""
    return _spread(stage, dy)


def divided_by_whole_window(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Divide by the window's size, padding and all."""
    return _spread(stage, dy / np.asarray(math.prod(stage.layer.pool_size), dy.dtype))


def multiplied_by_window(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Multiply where a division is meant."""
    return _spread(stage, dy * np.asarray(math.prod(stage.layer.pool_size), dy.dtype))


def shared_by_value(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Share the gradient in proportion to the elements."""
    windows, elements = _elements(stage)
    total = elements.sum(axis=3, keepdims=True)
    shares = np.divide(elements, total, out=np.zeros_like(elements), where=total != 0)
    return windows.scattered(shares * dy[:, :, :, np.newaxis])


def overlaps_assigned(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Overwrite the gradient where windows overlap."""
    windows, elements = _elements(stage)
    inside = windows.gathered(np.ones_like(stage.x)).sum(axis=3, keepdims=True)
    return windows.assigned(np.ones_like(elements) * dy[:, :, :, np.newaxis] / inside)


def to_the_maximum(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Go back as max-pooling does."""
    windows, elements = _elements(stage)
    winner = elements.argmax(axis=3)[:, :, :, np.newaxis] == np.arange(elements.shape[3])[:, np.newaxis]
    return windows.scattered(winner * dy[:, :, :, np.newaxis])


def edge_repeated(stage: LayerStage, y: Array) -> Array:
    """Repeat the edge where the padding differs between two sides, and count that in."""
    repeated, _ = _with_edge(stage)
    return y if repeated is None else repeated.forward()


def gradient_of_edge_repeated(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Give the edge the gradients of what repeats it."""
    repeated, pixels = _with_edge(stage)
    if repeated is None:
        return dx
    gathered: Array = np.zeros_like(stage.x)
    np.add.at(gathered, pixels, repeated.backward(dy)[0])
    return gathered


def _with_edge(stage: LayerStage) -> tuple[LayerStage | None, Any]:
    """Return the stage of a larger image without padding, and which pixels are repeated where; None where none are."""
    windows = Windows.of(stage.layer, stage.x)
    if windows.before == windows.after:
        return None, ()
    rows, columns = (
        np.clip(np.arange(-before, size + after), 0, size - 1)
        for before, size, after in zip(windows.before, windows.image, windows.after, strict=True)
    )
    pixels = slice(None), rows[:, np.newaxis], columns
    return stage.but(x=stage.x[pixels], layer=replace(stage.layer, padding="valid")), pixels


def _elements(stage: LayerStage) -> tuple[Windows, Array]:
    windows = Windows.of(stage.layer, stage.x)
    return windows, windows.gathered(stage.x)


def _spread(stage: LayerStage, share: Array) -> Array:
    windows, elements = _elements(stage)
    return windows.scattered(np.ones_like(elements) * share[:, :, :, np.newaxis])


FAULTS = (
    Fault(
        "average-pooling2d-padding-counted", AveragePooling2DRule(output=padding_counted), FORWARD,
        "The padding of same counts as elements of the mean.", "Divide by the elements that lie inside the image.",
    ),
    Fault(
        "average-pooling2d-edge-repeated",
        AveragePooling2DRule(output=edge_repeated, input_gradient=gradient_of_edge_repeated), (*FORWARD, *BACKWARD),
        "Padding that differs between two sides repeats the edge, which then counts in the mean.",
        "Divide by the elements that lie inside the image.", source="keras#23233",
    ),
    Fault(
        "average-pooling2d-sum", AveragePooling2DRule(output=sums), FORWARD,
        "The window's sum is returned.", "A mean is a sum divided by the number of elements.",
    ),
    Fault(
        "average-pooling2d-divided-by-height-squared", AveragePooling2DRule(output=divided_by_height_squared), FORWARD,
        "Windows are taken to be square.", "A window has height times width elements.", census=6,
    ),
    Fault(
        "average-pooling2d-strides-as-pool-size", AveragePooling2DRule(output=pooled.strides_as_pool_size), FORWARD,
        "strides are accepted and not used: windows lie side by side.",
        "Windows start strides apart, whatever their size.", census=4,
    ),
    Fault(
        "average-pooling2d-output-size-rounded-up", AveragePooling2DRule(output=pooled.size_rounded_up), FORWARD,
        "Where windows do not divide the image, one more looks at what is left.",
        "Without padding, Keras drops what is left over: floor and not ceil.", census=8,
    ),
    Fault(
        "average-pooling2d-gradient-not-divided", AveragePooling2DRule(input_gradient=not_divided), BACKWARD,
        "Every element of a window gets the whole gradient.", "An element's share is one part in the window's size.",
        census=3, source="mlpack#2865, burn#5604",
    ),
    Fault(
        "average-pooling2d-gradient-multiplied", AveragePooling2DRule(input_gradient=multiplied_by_window), BACKWARD,
        "The gradient is multiplied by the window's size.", "Divide by it.", census=3,
    ),
    Fault(
        "average-pooling2d-gradient-divided-by-whole-window",
        AveragePooling2DRule(input_gradient=divided_by_whole_window), BACKWARD,
        "The gradient of a window with padding is divided by the whole window's size.",
        "Divide as in the forward pass.",
    ),
    Fault(
        "average-pooling2d-gradient-shared-by-value", AveragePooling2DRule(input_gradient=shared_by_value), BACKWARD,
        "Larger elements get a larger share of the gradient.", "A mean weighs all its elements alike.", census=3,
    ),
    Fault(
        "average-pooling2d-overlaps-assigned", AveragePooling2DRule(input_gradient=overlaps_assigned), BACKWARD,
        "Each window's gradient overwrites that of the window before where they overlap.", "Add: += and not =.",
        census=4,
    ),
    Fault(
        "average-pooling2d-gradient-to-maximum", AveragePooling2DRule(input_gradient=to_the_maximum), BACKWARD,
        "The gradient goes to the largest element.", "That is max-pooling's backward pass.",
    ),
)  # fmt: skip
