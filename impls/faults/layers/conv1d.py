"""Conv1D: what goes wrong along a sequence."""

from dataclasses import replace

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LayerStage
from harness.operators.layers.conv1d import Conv1D
from impls.faults._places import BACKWARD, FORWARD, KERNEL
from impls.faults.layers import _weighted as weighted


def kernel_turned_around(stage: LayerStage, y: Array) -> Array:
    """Let the last element of the kernel meet the first number of a window."""
    return _turned(stage).forward()


def causal_padding_behind(stage: LayerStage, y: Array) -> Array:
    """Put the zeros of causal padding behind the sequence."""
    return y if stage.layer.padding != "causal" else _padded(stage, (0, _reach(stage))).forward()


def odd_padding_first(stage: LayerStage, y: Array) -> Array:
    """Put the odd zero of ``same`` before the sequence."""
    if stage.layer.padding != "same":
        return y
    zeros = max((y.shape[1] - 1) * stage.layer.strides + _reach(stage) + 1 - stage.x.shape[1], 0)
    return _padded(stage, (zeros - zeros // 2, zeros // 2)).forward()


def dilation_ignored(stage: LayerStage, y: Array) -> Array:
    """Look at neighbours instead of every second number, from where windows begin."""
    layer = stage.layer
    zeros = {"valid": 0, "causal": _reach(stage), "same": _reach(stage) // 2}[layer.padding]
    dense = stage.but(layer=replace(layer, dilation_rate=1, padding="valid"), x=_with_zeros(stage.x, (zeros, zeros)))
    return dense.forward()[:, : y.shape[1]]


def through_turned_kernel(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Hand each window's gradient back through the kernel turned around."""
    back: Array = _turned(stage).backward(dy)[0]
    return back


def _turned(stage: LayerStage) -> LayerStage:
    return stage.but(kernel=np.ascontiguousarray(stage.weights["kernel"][::-1]))


def _reach(stage: LayerStage) -> int:
    reach: int = (stage.layer.kernel_size - 1) * stage.layer.dilation_rate
    return reach


def _padded(stage: LayerStage, zeros: tuple[int, int]) -> LayerStage:
    return stage.but(layer=replace(stage.layer, padding="valid"), x=_with_zeros(stage.x, zeros))


def _with_zeros(x: Array, zeros: tuple[int, int]) -> Array:
    return np.pad(x, ((0, 0), zeros, (0, 0)))


FAULTS = (
    Fault("conv1d-convolution-and-not-correlation", on=Conv1D, output=kernel_turned_around, moves=FORWARD,
        explanation="The kernel is turned around: that is a convolution, and Keras computes a cross-correlation.",
        hint="Element k of the kernel meets the number k steps after the start of the window."),
    Fault("conv1d-causal-padding-behind", on=Conv1D, output=causal_padding_behind, moves=FORWARD,
        explanation="The zeros of causal padding come after the sequence: every window sees the future.",
        hint="Put all of them before it."),
    Fault("conv1d-odd-padding-first", on=Conv1D, output=odd_padding_first, moves=FORWARD,
        explanation="The odd zero of same padding comes before the sequence.", hint="Keras pads after first."),
    Fault("conv1d-dilation-ignored", on=Conv1D, output=dilation_ignored, moves=FORWARD,
        explanation="The elements of a window are neighbours.",
        hint="Element k lies k * dilation_rate steps after the first."),
    Fault("conv1d-bias-missing", on=Conv1D, output=weighted.without_bias, moves=FORWARD,
        explanation="The bias is never added.", hint="y + bias, over the last axis."),
    Fault("conv1d-kernel-gradient-mean", on=Conv1D, gradients={"kernel": weighted.mean_over_batch}, moves=KERNEL,
        explanation="The kernel gradient is divided by the batch size, which the loss has done already.",
        hint="Add up over samples without dividing."),
    Fault("conv1d-input-gradient-turned", on=Conv1D, input_gradient=through_turned_kernel, moves=BACKWARD,
        explanation="Each window hands its gradient back through the kernel turned around.",
        hint="A number receives dy times the weight that it was multiplied by."),
)  # fmt: skip
