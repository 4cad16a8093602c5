"""DepthwiseConv2D: what goes wrong where each channel has its own kernels."""

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LayerStage
from harness.operators.layers import DepthwiseConv2D
from impls.faults._places import BACKWARD, BIAS, EVERYWHERE, FORWARD, KERNEL
from impls.faults.layers import _convolved as convolved
from impls.faults.layers import _weighted as weighted


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


FAULTS = (
    Fault("depthwise-conv2d-output-multiplier-major", on=DepthwiseConv2D, output=multiplier_major, moves=FORWARD,
        explanation="Output channels are ordered by multiplier first.",
        hint="Output channel c * depth_multiplier + m is Keras's order."),
    Fault("depthwise-conv2d-kernel-channels-and-multiplier-exchanged", on=DepthwiseConv2D,
        **weighted.kernel_taken_as("HWMI"), moves=EVERYWHERE,
        explanation="The kernel's elements are read as (height, width, multiplier, channels).",
        hint="Which of the kernel's last two axes counts channels?"),
    Fault("depthwise-conv2d-stride-ignored", on=DepthwiseConv2D, output=convolved.stride_ignored,
        moves=FORWARD, census=4,
        explanation="Window i is read at pixel i instead of at i times the stride.",
        hint="The output's index times the stride is the input's index."),
    Fault("depthwise-conv2d-padding-odd-one-first", on=DepthwiseConv2D, output=convolved.odd_padding_first,
        moves=FORWARD,
        explanation="Where same adds an odd number of rows, the odd one comes before the image.",
        hint="Keras pads bottom and right first."),
    Fault("depthwise-conv2d-input-gradient-kernel-not-turned", on=DepthwiseConv2D,
        input_gradient=convolved.through_unturned_kernel, moves=BACKWARD, census=4,
        explanation="The input gradient slides the kernel over the padded gradient without turning it.",
        hint="Flip both axes of the kernel."),
    Fault("depthwise-conv2d-input-gradient-of-first-multiple", on=DepthwiseConv2D, input_gradient=through_first_kernel,
        moves=BACKWARD,
        explanation="Only the first kernel of each channel brings its gradient back.", hint="Sum over the multiplier."),
    Fault("depthwise-conv2d-input-gradient-cropped-from-corner", on=DepthwiseConv2D,
        input_gradient=convolved.cropped_from_the_corner, moves=BACKWARD, census=8,
        explanation="The padding is cut off the input gradient at the end only.",
        hint="Cut on the side where padding was added."),
    Fault("depthwise-conv2d-kernel-gradient-turned", on=DepthwiseConv2D,
        gradients={"kernel": convolved.kernel_gradient_turned}, moves=KERNEL, census=5,
        explanation="The kernel gradient comes out turned by 180°.",
        hint="Mind the order of the correlation's arguments."),
    Fault("depthwise-conv2d-bias-gradient-over-all-filters", on=DepthwiseConv2D,
        gradients={"bias": weighted.one_bias_gradient_for_all}, moves=BIAS,
        explanation="The bias gradient is summed over all channels, and that one sum given to each.",
        hint="Sum over samples, rows and columns only."),
    Fault("depthwise-conv2d-bias-never-added", on=DepthwiseConv2D, output=weighted.without_bias,
        moves=FORWARD, census=3,
        explanation="The bias is never added.", hint="Look for the bias in the forward pass."),
)  # fmt: skip
