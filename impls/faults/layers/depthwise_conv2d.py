"""DepthwiseConv2D: what goes wrong where each channel has its own kernels."""

from dataclasses import dataclass
from typing import ClassVar

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LayerStage
from harness.operators.layers import DepthwiseConv2D
from harness.operators.specification import Specification
from impls.faults._places import BACKWARD, BIAS, FORWARD, KERNEL
from impls.faults.layers import _convolved as convolved
from impls.faults.layers import _weighted as weighted


@dataclass(frozen=True)
class DepthwiseConv2DRule(weighted.WeightedRule):
    """A depthwise convolution with knobs."""

    operator: ClassVar[type[Specification]] = DepthwiseConv2D
    axes: ClassVar[str] = "HWCM"


def multiplier_major(stage: LayerStage, y: Array) -> Array:
    """Put output channel m * channels + c where c * multiplier + m belongs."""
    by_channel = y.reshape(*y.shape[:3], *stage.weights["kernel"].shape[2:])
    return by_channel.swapaxes(3, 4).reshape(y.shape)


def through_first_kernel(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Bring back the gradient of each channel's first kernel only."""
    by_channel = dy.reshape(*dy.shape[:3], *stage.weights["kernel"].shape[2:]).copy()
    by_channel[..., 1:] = 0
    back: Array = stage.backward(by_channel.reshape(dy.shape))[0]
    return back


EVERYWHERE = (*FORWARD, *BACKWARD, *KERNEL)

FAULTS = (
    Fault(
        "depthwise-conv2d-output-multiplier-major", DepthwiseConv2DRule(output=multiplier_major), FORWARD,
        "Output channels are ordered by multiplier first.", "Output channel c * depth_multiplier + m is Keras's order.",
    ),
    Fault(
        "depthwise-conv2d-kernel-channels-and-multiplier-exchanged", DepthwiseConv2DRule(kernel_order="HWMC"),
        EVERYWHERE, "The kernel's elements are read as (height, width, multiplier, channels).",
        "Which of the kernel's last two axes counts channels?",
    ),
    Fault(
        "depthwise-conv2d-stride-ignored", DepthwiseConv2DRule(output=convolved.stride_ignored), FORWARD,
        "Window i is read at pixel i instead of at i times the stride.",
        "The output's index times the stride is the input's index.", census=4,
    ),
    Fault(
        "depthwise-conv2d-padding-odd-one-first", DepthwiseConv2DRule(output=convolved.odd_padding_first), FORWARD,
        "Where same adds an odd number of rows, the odd one comes before the image.",
        "Keras pads bottom and right first.",
    ),
    Fault(
        "depthwise-conv2d-input-gradient-kernel-not-turned",
        DepthwiseConv2DRule(input_gradient=convolved.through_unturned_kernel), BACKWARD,
        "The input gradient slides the kernel over the padded gradient without turning it.",
        "Flip both axes of the kernel.", census=4,
    ),
    Fault(
        "depthwise-conv2d-input-gradient-of-first-multiple", DepthwiseConv2DRule(input_gradient=through_first_kernel),
        BACKWARD, "Only the first kernel of each channel brings its gradient back.", "Sum over the multiplier.",
    ),
    Fault(
        "depthwise-conv2d-input-gradient-cropped-from-corner",
        DepthwiseConv2DRule(input_gradient=convolved.cropped_from_the_corner), BACKWARD,
        "The padding is cut off the input gradient at the end only.",
        "Cut on the side where padding was added.", census=8,
    ),
    Fault(
        "depthwise-conv2d-kernel-gradient-turned",
        DepthwiseConv2DRule(kernel_gradient=convolved.kernel_gradient_turned), KERNEL,
        "The kernel gradient comes out turned by 180°.", "Mind the order of the correlation's arguments.", census=5,
    ),
    Fault(
        "depthwise-conv2d-bias-gradient-over-all-filters",
        DepthwiseConv2DRule(bias_gradient=weighted.one_bias_gradient_for_all), BIAS,
        "The bias gradient is summed over all channels, and that one sum given to each.",
        "Sum over samples, rows and columns only.",
    ),
    Fault(
        "depthwise-conv2d-bias-never-added", DepthwiseConv2DRule(output=weighted.without_bias), FORWARD,
        "The bias is never added.", "Look for the bias in the forward pass.", census=3,
    ),
)  # fmt: skip
