"""Wrong convolutions: outputs, input gradients and kernel gradients."""

import math
from dataclasses import replace
from typing import Any

import numpy as np

from harness.cases.problem import Array
from harness.errors import Unsupported
from harness.faults.stages import LayerStage
from impls.faults.layers._windows import assigned, windows_of
from impls.vectorized.layers._windows import Windows

TAPS_HARD_CODED = 3


def turned(kernel: Array) -> Array:
    """Return the kernel turned by 180°."""
    return kernel[::-1, ::-1]


# Outputs.


def convolution_and_not_correlation(stage: LayerStage, y: Array) -> Array:
    """Turn the kernel in the forward pass only."""
    return stage.but(kernel=turned(stage.weights["kernel"])).forward()


def stride_ignored(stage: LayerStage, y: Array) -> Array:
    """Read window i at i instead of at i times the stride."""
    return _cropped(stage.but(layer=replace(stage.layer, strides=1)).forward(), y)


def strides_swapped(stage: LayerStage, y: Array) -> Array:
    """Use the stride of rows for columns and the other way round."""
    return stage.but(layer=replace(stage.layer, strides=stage.layer.strides[::-1])).forward()


def dilation_ignored(stage: LayerStage, y: Array) -> Array:
    """Look at neighbours instead of every second pixel."""
    return _cropped(stage.but(layer=replace(stage.layer, dilation_rate=1)).forward(), y)


def stride_and_dilation_swapped(stage: LayerStage, y: Array) -> Array:
    """Use each for the other."""
    layer = stage.layer
    return stage.but(layer=replace(layer, strides=layer.dilation_rate, dilation_rate=layer.strides)).forward()


def groups_interleaved(stage: LayerStage, y: Array) -> Array:
    """Give each group every n-th channel instead of neighbouring ones."""
    channels = np.arange(stage.x.shape[3]).reshape(-1, stage.layer.groups).T.ravel()
    return stage.but(x=stage.x[..., channels]).forward()


def first_channel_for_all(stage: LayerStage, y: Array) -> Array:
    """Index the first channel where the loop's channel was meant."""
    return stage.but(x=np.repeat(stage.x[..., :1], stage.x.shape[3], axis=3)).forward()


def three_taps_only(stage: LayerStage, y: Array) -> Array:
    """Have the kernel's size hard-coded as 3."""
    kernel = stage.weights["kernel"].copy()
    kernel[TAPS_HARD_CODED:] = 0
    kernel[:, TAPS_HARD_CODED:] = 0
    return stage.but(kernel=kernel).forward()


def batch_and_windows_mixed(stage: LayerStage, y: Array) -> Array:
    """Build columns window by window and take them apart sample by sample."""
    return np.moveaxis(y, 0, 2).reshape(y.shape)


def height_and_width_swapped(stage: LayerStage, y: Array) -> Array:
    """Fill the output column by column and read it row by row."""
    return y.swapaxes(1, 2).reshape(y.shape)


def odd_padding_first(stage: LayerStage, y: Array) -> Array:
    """Put the odd row and column of ``same`` before the image instead of after it."""
    windows = windows_of(stage)
    return _on_padded(stage, replace(windows, before=windows.after, after=windows.before), y)


def padding_as_for_stride_1(stage: LayerStage, y: Array) -> Array:
    """Compute the padding of ``same`` as if windows moved by one pixel."""
    if stage.layer.padding != "same":
        return y
    windows = windows_of(stage)
    reach = [(size - 1) * apart for size, apart in zip(windows.size, windows.dilation, strict=True)]
    above, left = (each // 2 for each in reach)
    below, right = (each - each // 2 for each in reach)
    return _on_padded(stage, replace(windows, before=(above, left), after=(below, right)), y)


def padding_after_only(stage: LayerStage, y: Array) -> Array:
    """Put all padding behind the image."""
    windows = windows_of(stage)
    rows, columns = (before + after for before, after in zip(windows.before, windows.after, strict=True))
    return _on_padded(stage, replace(windows, before=(0, 0), after=(rows, columns)), y)


def padding_wraps_around(stage: LayerStage, y: Array) -> Array:
    """Pad with the other end of the image, as a product of Fourier transforms does."""
    return _valid(stage, _rewrapped(stage)).forward()


# Gradients with respect to the input.


def through_transposed_kernel(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Slide the kernel transposed over the padded gradient, where it should be turned by 180°."""
    kernel = stage.weights["kernel"]
    if kernel.shape[0] != kernel.shape[1]:
        raise Unsupported("a transposed kernel has its old shape only where that is square")
    return _through(stage, dy, turned(kernel.swapaxes(0, 1)))


def through_unturned_kernel(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Slide the kernel as it is over the padded gradient."""
    return _through(stage, dy, turned(stage.weights["kernel"]))


def through_half_turned_kernel(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Slide the kernel flipped along one axis only over the padded gradient."""
    return _through(stage, dy, stage.weights["kernel"][:, ::-1])


def through_reshaped_kernel(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Exchange channels and filters of the kernel by reshape instead of transpose."""
    kernel = stage.weights["kernel"]
    exchanged = kernel.reshape(*kernel.shape[:2], kernel.shape[3], kernel.shape[2])
    return _through(stage, dy, exchanged.swapaxes(2, 3))


def overlaps_assigned(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Assign each window's gradient where windows overlap, instead of adding it."""
    windows = windows_of(stage)
    kernel = _ungrouped(stage)
    dwindows = np.einsum("nijf,hwcf->nijhwc", dy, kernel)
    return assigned(windows, dwindows.reshape(*dy.shape[:3], math.prod(windows.size), -1))


def stride_ignored_going_back(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Put window i's gradient back at i instead of at i times the stride."""
    undilated, spread = _as_for_stride_1(stage, dy)
    back: Array = undilated.backward(spread)[0]
    return back


def cropped_from_the_corner(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Cut the image out of the padded gradient from its corner, as if all padding came after."""
    windows = windows_of(stage)
    dpadded = _valid(stage, windows.pad(stage.x)).backward(dy)[0]
    corner: Array = dpadded[:, : windows.image[0], : windows.image[1]]
    return corner


def through_first_filter(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Assign each filter's contribution instead of adding them, in reverse: the first one stays."""
    first = np.zeros_like(dy)
    first[..., :1] = dy[..., :1]
    back: Array = stage.backward(first)[0]
    return back


# Gradients with respect to the kernel.


def kernel_gradient_with_stride_ignored(stage: LayerStage, dy: Array, right: Array) -> Array:
    """Look at window i at i instead of at i times the stride."""
    undilated, spread = _as_for_stride_1(stage, dy)
    return undilated.backward(spread)[1]["kernel"]


def kernel_gradient_turned(stage: LayerStage, dy: Array, right: Array) -> Array:
    """Exchange the arguments of the correlation, which turns its result by 180°."""
    return turned(right)


def kernel_gradient_transposed(stage: LayerStage, dy: Array, right: Array) -> Array:
    """Exchange rows and columns of the kernel's gradient."""
    return right.swapaxes(0, 1).reshape(right.shape)


def kernel_gradient_of_all_filters(stage: LayerStage, dy: Array, right: Array) -> Array:
    """Let each filter learn from every filter's error."""
    return np.repeat(right.sum(axis=3, keepdims=True), right.shape[3], axis=3)


def kernel_gradient_of_all_channels(stage: LayerStage, dy: Array, right: Array) -> Array:
    """Add every channel's gradient to every channel's kernel."""
    return np.repeat(right.sum(axis=2, keepdims=True), right.shape[2], axis=2)


def kernel_gradient_of_first_channel(stage: LayerStage, dy: Array, right: Array) -> Array:
    """Correlate with the first channel of the input for every channel."""
    return np.repeat(right[:, :, :1], right.shape[2], axis=2)


def kernel_gradient_without_padding(stage: LayerStage, dy: Array, right: Array) -> Array:
    """Look at the image without the padding before it: every window is too far down and right."""
    windows = windows_of(stage)
    rows, columns = (before + after for before, after in zip(windows.before, windows.after, strict=True))
    shifted = replace(windows, before=(0, 0), after=(rows, columns)).pad(stage.x)
    return _valid(stage, shifted).backward(dy)[1]["kernel"]


def kernel_gradient_wrapping_around(stage: LayerStage, dy: Array, right: Array) -> Array:
    """Correlate by Fourier transforms without zeros around the image."""
    return _valid(stage, _rewrapped(stage)).backward(dy)[1]["kernel"]


# Gradients with respect to the bias.


def bias_gradient_of_first_position(stage: LayerStage, dy: Array, right: Array) -> Array:
    """Sum over samples but not over positions."""
    return np.asarray(dy[:, 0, 0].sum(axis=0))


def bias_gradient_mean_over_positions(stage: LayerStage, dy: Array, right: Array) -> Array:
    """Take the mean over positions instead of their sum."""
    return np.asarray(right / np.asarray(math.prod(dy.shape[1:3]), right.dtype))


def _through(stage: LayerStage, dy: Array, kernel: Array) -> Array:
    dx: Array = stage.but(kernel=np.ascontiguousarray(kernel)).backward(dy)[0]
    return dx


def _valid(stage: LayerStage, padded: Array) -> LayerStage:
    return stage.but(x=padded, layer=replace(stage.layer, padding="valid"))


def _on_padded(stage: LayerStage, windows: Windows, y: Array) -> Array:
    return _cropped(_valid(stage, windows.pad(stage.x)).forward(), y)


def _rewrapped(stage: LayerStage) -> Array:
    (top, left), (bottom, right) = (windows := windows_of(stage)).before, windows.after
    return np.pad(stage.x, ((0, 0), (top, bottom), (left, right), (0, 0)), mode="wrap")


def _cropped(y: Array, like: Array) -> Array:
    return y[:, : like.shape[1], : like.shape[2]]


def _as_for_stride_1(stage: LayerStage, dy: Array) -> tuple[LayerStage, Array]:
    """Return the stage with windows that move by one pixel, and dy in the corner of their gradient."""
    moved: Any = stage.but(layer=replace(stage.layer, strides=1))
    spread = np.zeros_like(moved.forward())
    spread[:, : dy.shape[1], : dy.shape[2]] = dy
    return moved, spread


def _ungrouped(stage: LayerStage) -> Array:
    """Return the kernel over all channels, 0 where a filter does not see one."""
    kernel, groups = stage.weights["kernel"], stage.layer.groups
    seen, filters = kernel.shape[2], kernel.shape[3] // groups
    whole = np.zeros((*kernel.shape[:2], seen * groups, kernel.shape[3]), kernel.dtype)
    for group in range(groups):
        own = slice(group * filters, (group + 1) * filters)
        whole[:, :, group * seen : (group + 1) * seen, own] = kernel[..., own]
    return whole
