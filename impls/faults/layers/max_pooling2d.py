"""MaxPooling2D: what goes wrong where the largest element wins."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.errors import Unsupported
from harness.faults import Fault
from harness.faults.stages import LayerStage
from harness.operators.layers import MaxPooling2D
from harness.operators.specification import Specification
from impls.faults._places import BACKWARD, FORWARD
from impls.faults.layers import _pooled as pooled
from impls.faults.layers._shaped import ShapedRule
from impls.faults.layers._windows import Windows


@dataclass(frozen=True)
class MaxPooling2DRule(ShapedRule):
    """Max-pooling with knobs."""

    operator: ClassVar[type[Specification]] = MaxPooling2D


def padded_with_zeros(stage: LayerStage, y: Array) -> Array:
    """Let the padding win where all elements are negative."""
    return np.asarray(Windows.of(stage.layer, stage.x).gathered(stage.x).max(axis=3))


def to_every_maximum(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Give the whole gradient to every element that equals the maximum."""
    windows, elements = _elements(stage)
    return windows.scattered((elements == elements.max(axis=3, keepdims=True)) * dy[:, :, :, np.newaxis])


def shared_among_maxima(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Share the gradient among the elements that equal the maximum."""
    windows, elements = _elements(stage)
    largest = elements == elements.max(axis=3, keepdims=True)
    shares = largest.sum(axis=3, keepdims=True).astype(dy.dtype)
    return windows.scattered(largest * (dy[:, :, :, np.newaxis] / shares))


def to_last_maximum(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Keep the last maximum, as a comparison by >= does."""
    windows, elements = _elements(stage)
    taps = elements.shape[3]
    return _routed(windows, dy, taps - 1 - elements[:, :, :, ::-1].argmax(axis=3))


def to_first_column_maximum(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Take the first maximum column by column."""
    windows, elements = _elements(stage)
    columns = np.arange(elements.shape[3]).reshape(windows.size).T.ravel()
    return _routed(windows, dy, columns[elements[:, :, :, columns].argmax(axis=3)])


def to_every_element(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Give the gradient to every element of the window."""
    windows, elements = _elements(stage)
    return windows.scattered(np.ones_like(elements) * dy[:, :, :, np.newaxis])


def overlaps_assigned(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Overwrite the gradient where windows overlap."""
    windows, elements = _elements(stage)
    return windows.assigned(_one_hot(elements.argmax(axis=3), elements.shape[3]) * dy[:, :, :, np.newaxis])


def where_first_channel_won(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Look for the maximum in the first channel only."""
    windows, elements = _elements(stage)
    winner = elements[..., :1].argmax(axis=3)
    return _routed(windows, dy, np.repeat(winner, dy.shape[3], axis=3))


def in_row_of_the_channel(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Look for channel c's maximum in row c of window (i, j), and mark its column in row i of the image.

    Raises:
        IndexError: there are more channels than rows in a window.
    """
    windows, elements = _elements(stage)
    if stage.layer.strides != windows.size or stage.layer.padding != "valid":
        raise Unsupported("its windows lie side by side, without padding")
    rows = elements.reshape(*elements.shape[:3], *windows.size, elements.shape[4])
    mask = np.zeros(stage.x.shape, bool)
    samples = np.arange(len(dy))
    for down, across in windows.places:
        for channel in range(dy.shape[3]):
            column = rows[:, down, across, channel, :, channel].argmax(axis=1)
            mask[samples, down, column, channel] = True
    spread = np.zeros_like(stage.x)
    enlarged = dy.repeat(windows.size[0], axis=1).repeat(windows.size[1], axis=2)
    spread[:, : enlarged.shape[1], : enlarged.shape[2]] = enlarged
    return np.asarray(spread * mask)


def where_any_step_won(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Never clear the mask of the maxima, so that those of earlier steps stay in it."""
    windows, elements = _elements(stage)
    mask = _one_hot(elements.argmax(axis=3), elements.shape[3]) | stage.memory.get("mask", False)
    stage.memory["mask"] = mask
    return windows.scattered(mask * dy[:, :, :, np.newaxis])


def where_first_step_won(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Keep the places of the first step's maxima."""
    windows, elements = _elements(stage)
    winner = stage.memory.setdefault("winner", elements.argmax(axis=3))
    return _routed(windows, dy, winner)


def in_the_corner(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Take the place in the window for a place in the image."""
    windows, elements = _elements(stage)
    return _placed(windows, stage.x, dy, elements.argmax(axis=3), (0, 0))


def stride_ignored_going_back(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Put window i's gradient back at i instead of at i times the stride."""
    windows, elements = _elements(stage)
    return _placed(windows, stage.x, dy, elements.argmax(axis=3), (1, 1))


def _elements(stage: LayerStage) -> tuple[Windows, Array]:
    windows = Windows.of(stage.layer, stage.x)
    return windows, windows.gathered(stage.x, -np.inf)


def _one_hot(winner: Array, taps: int) -> Array:
    return np.asarray(winner[:, :, :, np.newaxis] == np.arange(taps)[:, np.newaxis])


def _routed(windows: Windows, dy: Array, winner: Array) -> Array:
    """Return the gradient of the image when tap number ``winner`` of each window gets the window's."""
    return windows.scattered(_one_hot(winner, windows.size[0] * windows.size[1]) * dy[:, :, :, np.newaxis])


def _placed(windows: Windows, x: Array, dy: Array, winner: Array, strides: tuple[int, int]) -> Array:
    """Return the gradient of the image when windows lie ``strides`` apart."""
    moved = replace(windows, strides=strides)
    dpadded = moved.pad(np.zeros_like(x))
    mask = _one_hot(winner, windows.size[0] * windows.size[1])
    for down, across in windows.places:
        into = moved.window(dpadded, down, across)
        into += (mask[:, down, across] * dy[:, down, across, np.newaxis]).reshape(into.shape)
    return moved.inside(dpadded)


NOTEBOOK = "the course notebook's own network"

FAULTS = (
    Fault(
        "max-pooling2d-place-in-row-of-channel", MaxPooling2DRule(input_gradient=in_row_of_the_channel), BACKWARD,
        "The maximum's place is looked for in row `channel` of the window and marked in row i of the image where it "
        "belongs to window (i, j).",
        "argmax of a window k high and wide gives one number n: its row is n // k, its column n % k.",
        source=NOTEBOOK, census=2,
    ),
    Fault(
        "max-pooling2d-mask-never-cleared", MaxPooling2DRule(input_gradient=where_any_step_won), BACKWARD,
        "The mask of the maxima is never cleared, so that those of earlier steps stay in it.",
        "Make a new mask in every forward pass.", source=NOTEBOOK, census=1,
    ),
    Fault(
        "max-pooling2d-places-of-first-step", MaxPooling2DRule(input_gradient=where_first_step_won), BACKWARD,
        "The gradient goes where the maxima of the first step were.", "Store the places in every forward pass.",
        census=1,
    ),
    Fault(
        "max-pooling2d-gradient-to-every-tie", MaxPooling2DRule(input_gradient=to_every_maximum), BACKWARD,
        "Every element that equals the maximum gets the whole gradient.",
        "x == max is true for all ties; keep the argmax of the forward pass.", census=11,
        source="Theano#5248, tensorflow#4886, CrypTen#90, mxnet#18563",
    ),
    Fault(
        "max-pooling2d-gradient-shared-among-ties", MaxPooling2DRule(input_gradient=shared_among_maxima), BACKWARD,
        "Elements that equal the maximum share the gradient.",
        "Keras gives it to the first maximum in row-major order.",
        census=11,
    ),
    Fault(
        "max-pooling2d-gradient-to-last-tie", MaxPooling2DRule(input_gradient=to_last_maximum), BACKWARD,
        "The last of several maxima gets the gradient.", "A new maximum must be larger: > and not >=.", census=11,
    ),
    Fault(
        "max-pooling2d-ties-column-by-column", MaxPooling2DRule(input_gradient=to_first_column_maximum), BACKWARD,
        "The first maximum is looked for column by column.", "Rows come first: row-major order.",
    ),
    Fault(
        "max-pooling2d-gradient-to-every-element", MaxPooling2DRule(input_gradient=to_every_element), BACKWARD,
        "Every element of a window gets its gradient.", "Only the maximum had an effect on the output.",
    ),
    Fault(
        "max-pooling2d-overlaps-assigned", MaxPooling2DRule(input_gradient=overlaps_assigned), BACKWARD,
        "Each window's gradient overwrites that of the window before where they overlap.",
        "An element may win several windows: += and not =.", census=4,
        source="CS231n-assignment2019#19, Flux.jl#1197, joey#5",
    ),
    Fault(
        "max-pooling2d-place-of-first-channel", MaxPooling2DRule(input_gradient=where_first_channel_won), BACKWARD,
        "All channels' gradients go where the first channel had its maximum.",
        "Each channel has its own maximum: the channel's index belongs in the argmax.",
    ),
    Fault(
        "max-pooling2d-place-taken-for-the-image", MaxPooling2DRule(input_gradient=in_the_corner), BACKWARD,
        "A place in the window is used as a place in the image.", "Add the window's start to the place inside it.",
        census=2,
    ),
    Fault(
        "max-pooling2d-backward-ignores-stride", MaxPooling2DRule(input_gradient=stride_ignored_going_back), BACKWARD,
        "Window i's gradient is put back at pixel i instead of at i times the stride.",
        "Going back, windows are where they were going forward.", census=5,
    ),
    Fault(
        "max-pooling2d-padded-with-zeros", MaxPooling2DRule(output=padded_with_zeros), FORWARD,
        "The padding is 0 and wins over negative elements.", "Pad with minus infinity.", census=2,
    ),
    Fault(
        "max-pooling2d-strides-as-pool-size", MaxPooling2DRule(output=pooled.strides_as_pool_size), FORWARD,
        "strides are accepted and not used: windows lie side by side.",
        "Windows start strides apart, whatever their size.", census=4,
    ),
    Fault(
        "max-pooling2d-window-hard-coded", MaxPooling2DRule(output=pooled.windows_of_two), FORWARD,
        "Windows are taken to be 2 by 2.", "Look for a 2 that should be pool_size.", census=3,
    ),
    Fault(
        "max-pooling2d-window-turned", MaxPooling2DRule(output=pooled.window_turned), FORWARD,
        "Height and width of the window are exchanged.", "pool_size is (height, width).", census=6,
    ),
    Fault(
        "max-pooling2d-output-size-h-by-s", MaxPooling2DRule(output=pooled.size_by_stride), FORWARD,
        "The output has size // stride rows and columns.", "(size - window) // stride + 1 windows fit.", census=8,
    ),
    Fault(
        "max-pooling2d-output-size-without-plus-1", MaxPooling2DRule(output=pooled.size_without_plus_1), FORWARD,
        "The output has (size - window + 1) // stride rows and columns.",
        "(size - window) // stride + 1 windows fit.", census=8,
    ),
    Fault(
        "max-pooling2d-output-size-rounded-up", MaxPooling2DRule(output=pooled.size_rounded_up), FORWARD,
        "Where windows do not divide the image, one more looks at what is left.",
        "Without padding, Keras drops what is left over: floor and not ceil.", census=8,
    ),
)  # fmt: skip
