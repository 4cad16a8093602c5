"""MaxPooling2D: what goes wrong where the largest element wins."""

from dataclasses import replace

import numpy as np

from harness.cases.problem import Array
from harness.errors import Unsupported
from harness.faults import Fault
from harness.faults.stages import LayerStage
from harness.operators.layers import MaxPooling2D
from impls.faults._places import BACKWARD, FORWARD, NOTEBOOK
from impls.faults.layers import _pooled as pooled
from impls.faults.layers._windows import assigned, gathered, places, scattered, window, windows_of
from impls.vectorized.layers._windows import Windows


def padded_with_zeros(stage: LayerStage, y: Array) -> Array:
    """Let the padding win where all elements are negative."""
    return np.asarray(gathered(windows_of(stage), stage.x).max(axis=3))


def to_every_maximum(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Give the whole gradient to every element that equals the maximum."""
    windows, elements = pooled.elements_of(stage, -np.inf)
    return scattered(windows, (elements == elements.max(axis=3, keepdims=True)) * dy[:, :, :, np.newaxis])


def shared_among_maxima(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Share the gradient among the elements that equal the maximum."""
    windows, elements = pooled.elements_of(stage, -np.inf)
    largest = elements == elements.max(axis=3, keepdims=True)
    shares = largest.sum(axis=3, keepdims=True).astype(dy.dtype)
    return scattered(windows, largest * (dy[:, :, :, np.newaxis] / shares))


def to_last_maximum(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Keep the last maximum, as a comparison by >= does."""
    windows, elements = pooled.elements_of(stage, -np.inf)
    taps = elements.shape[3]
    return _routed(windows, dy, taps - 1 - elements[:, :, :, ::-1].argmax(axis=3))


def to_first_column_maximum(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Take the first maximum column by column."""
    windows, elements = pooled.elements_of(stage, -np.inf)
    columns = np.arange(elements.shape[3]).reshape(windows.size).T.ravel()
    return _routed(windows, dy, columns[elements[:, :, :, columns].argmax(axis=3)])


def overlaps_assigned(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Overwrite the gradient where windows overlap."""
    windows, elements = pooled.elements_of(stage, -np.inf)
    return assigned(windows, pooled.one_hot(elements.argmax(axis=3), elements.shape[3]) * dy[:, :, :, np.newaxis])


def where_first_channel_won(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Look for the maximum in the first channel only."""
    windows, elements = pooled.elements_of(stage, -np.inf)
    winner = elements[..., :1].argmax(axis=3)
    return _routed(windows, dy, np.repeat(winner, dy.shape[3], axis=3))


def in_row_of_the_channel(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Look for channel c's maximum in row c of window (i, j), and mark its column in row i of the image.

    Raises:
        IndexError: there are more channels than rows in a window.
    """
    windows, elements = pooled.elements_of(stage, -np.inf)
    if stage.layer.strides != windows.size or stage.layer.padding != "valid":
        raise Unsupported("its windows lie side by side, without padding")
    rows = elements.reshape(*elements.shape[:3], *windows.size, elements.shape[4])
    mask = np.zeros(stage.x.shape, bool)
    samples = np.arange(len(dy))
    for down, across in places(windows):
        for channel in range(dy.shape[3]):
            column = rows[:, down, across, channel, :, channel].argmax(axis=1)
            mask[samples, down, column, channel] = True
    spread = np.zeros_like(stage.x)
    enlarged = dy.repeat(windows.size[0], axis=1).repeat(windows.size[1], axis=2)
    spread[:, : enlarged.shape[1], : enlarged.shape[2]] = enlarged
    return np.asarray(spread * mask)


def where_any_step_won(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Never clear the mask of the maxima, so that those of earlier steps stay in it."""
    windows, elements = pooled.elements_of(stage, -np.inf)
    mask = pooled.one_hot(elements.argmax(axis=3), elements.shape[3]) | stage.memory.get("mask", False)
    stage.memory["mask"] = mask
    return scattered(windows, mask * dy[:, :, :, np.newaxis])


def where_first_step_won(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Keep the places of the first step's maxima."""
    windows, elements = pooled.elements_of(stage, -np.inf)
    winner = stage.memory.setdefault("winner", elements.argmax(axis=3))
    return _routed(windows, dy, winner)


def in_the_corner(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Take the place in the window for a place in the image."""
    windows, elements = pooled.elements_of(stage, -np.inf)
    return _placed(windows, stage.x, dy, elements.argmax(axis=3), (0, 0))


def stride_ignored_going_back(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Put window i's gradient back at i instead of at i times the stride."""
    windows, elements = pooled.elements_of(stage, -np.inf)
    return _placed(windows, stage.x, dy, elements.argmax(axis=3), (1, 1))


def _routed(windows: Windows, dy: Array, winner: Array) -> Array:
    """Return the gradient of the image when tap number ``winner`` of each window gets the window's."""
    return scattered(windows, pooled.one_hot(winner, windows.size[0] * windows.size[1]) * dy[:, :, :, np.newaxis])


def _placed(windows: Windows, x: Array, dy: Array, winner: Array, strides: tuple[int, int]) -> Array:
    """Return the gradient of the image when windows lie ``strides`` apart."""
    moved = replace(windows, strides=strides)
    dpadded = moved.pad(np.zeros_like(x))
    mask = pooled.one_hot(winner, windows.size[0] * windows.size[1])
    for down, across in places(windows):
        into = window(moved, dpadded, down, across)
        into += (mask[:, down, across] * dy[:, down, across, np.newaxis]).reshape(into.shape)
    return moved.inside(dpadded)


FAULTS = (
    Fault("max-pooling2d-place-in-row-of-channel", on=MaxPooling2D, input_gradient=in_row_of_the_channel,
        moves=BACKWARD, census=2,
        explanation="The maximum's place is looked for in row `channel` of the window and marked in row i of the image "
                    "where it belongs to window (i, j).",
        hint="argmax of a window k high and wide gives one number n: its row is n // k, its column n % k.",
        source=NOTEBOOK),
    Fault("max-pooling2d-mask-never-cleared", on=MaxPooling2D, input_gradient=where_any_step_won,
        moves=BACKWARD, census=1,
        explanation="The mask of the maxima is never cleared, so that those of earlier steps stay in it.",
        hint="Make a new mask in every forward pass.", source=NOTEBOOK),
    Fault("max-pooling2d-places-of-first-step", on=MaxPooling2D, input_gradient=where_first_step_won,
        moves=BACKWARD, census=1,
        explanation="The gradient goes where the maxima of the first step were.",
        hint="Store the places in every forward pass."),
    Fault("max-pooling2d-gradient-to-every-tie", on=MaxPooling2D, input_gradient=to_every_maximum,
        moves=BACKWARD, census=11,
        explanation="Every element that equals the maximum gets the whole gradient.",
        hint="x == max is true for all ties; keep the argmax of the forward pass.",
        source="Theano#5248, tensorflow#4886, CrypTen#90, mxnet#18563"),
    Fault("max-pooling2d-gradient-shared-among-ties", on=MaxPooling2D, input_gradient=shared_among_maxima,
        moves=BACKWARD, census=11,
        explanation="Elements that equal the maximum share the gradient.",
        hint="Keras gives it to the first maximum in row-major order."),
    Fault("max-pooling2d-gradient-to-last-tie", on=MaxPooling2D, input_gradient=to_last_maximum,
        moves=BACKWARD, census=11,
        explanation="The last of several maxima gets the gradient.",
        hint="A new maximum must be larger: > and not >=."),
    Fault("max-pooling2d-ties-column-by-column", on=MaxPooling2D, input_gradient=to_first_column_maximum,
        moves=BACKWARD,
        explanation="The first maximum is looked for column by column.", hint="Rows come first: row-major order."),
    Fault("max-pooling2d-gradient-to-every-element", on=MaxPooling2D, input_gradient=pooled.to_every_element,
        moves=BACKWARD,
        explanation="Every element of a window gets its gradient.",
        hint="Only the maximum had an effect on the output."),
    Fault("max-pooling2d-overlaps-assigned", on=MaxPooling2D, input_gradient=overlaps_assigned,
        moves=BACKWARD, census=4,
        explanation="Each window's gradient overwrites that of the window before where they overlap.",
        hint="An element may win several windows: += and not =.",
        source="CS231n-assignment2019#19, Flux.jl#1197, joey#5"),
    Fault("max-pooling2d-place-of-first-channel", on=MaxPooling2D, input_gradient=where_first_channel_won,
        moves=BACKWARD,
        explanation="All channels' gradients go where the first channel had its maximum.",
        hint="Each channel has its own maximum: the channel's index belongs in the argmax."),
    Fault("max-pooling2d-place-taken-for-the-image", on=MaxPooling2D, input_gradient=in_the_corner,
        moves=BACKWARD, census=2,
        explanation="A place in the window is used as a place in the image.",
        hint="Add the window's start to the place inside it."),
    Fault("max-pooling2d-backward-ignores-stride", on=MaxPooling2D, input_gradient=stride_ignored_going_back,
        moves=BACKWARD, census=5,
        explanation="Window i's gradient is put back at pixel i instead of at i times the stride.",
        hint="Going back, windows are where they were going forward."),
    Fault("max-pooling2d-padded-with-zeros", on=MaxPooling2D, output=padded_with_zeros, moves=FORWARD, census=2,
        explanation="The padding is 0 and wins over negative elements.", hint="Pad with minus infinity."),
    Fault("max-pooling2d-strides-as-pool-size", on=MaxPooling2D, output=pooled.strides_as_pool_size,
        moves=FORWARD, census=4,
        explanation="strides are accepted and not used: windows lie side by side.",
        hint="Windows start strides apart, whatever their size."),
    Fault("max-pooling2d-window-hard-coded", on=MaxPooling2D, output=pooled.windows_of_two, moves=FORWARD, census=3,
        explanation="Windows are taken to be 2 by 2.", hint="Look for a 2 that should be pool_size."),
    Fault("max-pooling2d-window-turned", on=MaxPooling2D, output=pooled.window_turned, moves=FORWARD, census=6,
        explanation="Height and width of the window are exchanged.", hint="pool_size is (height, width)."),
    Fault("max-pooling2d-output-size-h-by-s", on=MaxPooling2D, output=pooled.size_by_stride, moves=FORWARD, census=8,
        explanation="The output has size // stride rows and columns.",
        hint="(size - window) // stride + 1 windows fit."),
    Fault("max-pooling2d-output-size-without-plus-1", on=MaxPooling2D, output=pooled.size_without_plus_1,
        moves=FORWARD, census=8,
        explanation="The output has (size - window + 1) // stride rows and columns.",
        hint="(size - window) // stride + 1 windows fit."),
    Fault("max-pooling2d-output-size-rounded-up", on=MaxPooling2D, output=pooled.size_rounded_up,
        moves=FORWARD, census=8,
        explanation="Where windows do not divide the image, one more looks at what is left.",
        hint="Without padding, Keras drops what is left over: floor and not ceil."),
)  # fmt: skip
