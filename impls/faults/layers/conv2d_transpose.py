"""Conv2DTranspose: what goes wrong where a convolution runs backwards."""

from dataclasses import replace

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LayerStage
from harness.numerics.geometry import padding_amounts
from harness.operators.layers import Conv2DTranspose
from impls.faults._places import BACKWARD, BIAS, EVERYWHERE, FORWARD, KERNEL
from impls.faults.layers import _convolved as convolved
from impls.faults.layers import _weighted as weighted


def kernel_turned(stage: LayerStage, y: Array) -> Array:
    """Turn the kernel by 180°, as in the input gradient written as a sliding window, where it is spread."""
    return stage.but(kernel=convolved.turned(stage.weights["kernel"])).forward()


def other_side_cropped(stage: LayerStage, y: Array) -> Array:
    """Crop the odd row and column of ``same`` at the other side."""
    layer = stage.layer
    if layer.padding != "same":
        return y
    whole = stage.but(layer=replace(layer, padding="valid")).forward()
    _, below = padding_amounts(y.shape[1], layer.kernel_size[0], layer.strides[0], "same")
    _, right = padding_amounts(y.shape[2], layer.kernel_size[1], layer.strides[1], "same")
    return whole[:, below : below + y.shape[1], right : right + y.shape[2]]


def every_pixel_as_a_block(stage: LayerStage, y: Array) -> Array:
    """Enlarge the image by repeating pixels, where zeros belong between them."""
    layer = replace(stage.layer, strides=1)
    x = stage.x.repeat(stage.layer.strides[0], axis=1).repeat(stage.layer.strides[1], axis=2)
    enlarged = stage.but(x=x, layer=layer).forward()
    rows, columns = (max(size - had, 0) for size, had in zip(y.shape[1:3], enlarged.shape[1:3], strict=True))
    padded = np.pad(enlarged, ((0, 0), (0, rows), (0, columns), (0, 0)))
    return padded[:, : y.shape[1], : y.shape[2]]


FAULTS = (
    Fault("conv2d-transpose-kernel-turned", on=Conv2DTranspose, output=kernel_turned, moves=FORWARD,
        explanation="The kernel is turned by 180° before it is spread over the output.",
        hint="Each input element adds its multiple of the kernel, as it is, to the output."),
    Fault("conv2d-transpose-channels-exchanged", on=Conv2DTranspose, **weighted.kernel_taken_as("HWIO"),
        moves=EVERYWHERE,
        explanation="The kernel's elements are read as (height, width, channels, filters), as those of a convolution.",
        hint="A transposed convolution's kernel is (height, width, filters, channels)."),
    Fault("conv2d-transpose-cropped-at-the-other-side", on=Conv2DTranspose, output=other_side_cropped, moves=FORWARD,
        explanation="Where same leaves an odd number of rows over, the odd one is cut off at the top.",
        hint="Crop as the convolution of the same shape pads: bottom and right first."),
    Fault("conv2d-transpose-pixels-repeated", on=Conv2DTranspose, output=every_pixel_as_a_block, moves=FORWARD,
        explanation="The image is enlarged by repeating pixels.",
        hint="The stride puts zeros between the input's elements."),
    Fault("conv2d-transpose-input-gradient-kernel-turned", on=Conv2DTranspose,
        input_gradient=convolved.through_unturned_kernel, moves=BACKWARD,
        explanation="The input gradient correlates with the kernel turned by 180°.",
        hint="Going back, a transposed convolution is a plain one: no turn."),
    Fault("conv2d-transpose-kernel-gradient-turned", on=Conv2DTranspose,
        gradients={"kernel": convolved.kernel_gradient_turned}, moves=KERNEL, census=5,
        explanation="The kernel gradient comes out turned by 180°.",
        hint="Mind the order of the correlation's arguments."),
    Fault("conv2d-transpose-bias-gradient-over-all-filters", on=Conv2DTranspose,
        gradients={"bias": weighted.one_bias_gradient_for_all}, moves=BIAS,
        explanation="The bias gradient is summed over all filters, and that one sum given to each.",
        hint="Sum over samples, rows and columns only."),
    Fault("conv2d-transpose-bias-never-added", on=Conv2DTranspose, output=weighted.without_bias,
        moves=FORWARD, census=3,
        explanation="The bias is never added.", hint="Look for the bias in the forward pass."),
)  # fmt: skip
