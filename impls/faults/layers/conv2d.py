"""Conv2D: what goes wrong in convolutions."""

from dataclasses import dataclass
from typing import ClassVar

from harness.faults import Fault
from harness.operators.layers import Conv2D
from harness.operators.specification import Specification
from impls.faults._places import BACKWARD, BIAS, FORWARD, KERNEL
from impls.faults.layers import _convolved as convolved
from impls.faults.layers import _weighted as weighted


@dataclass(frozen=True)
class Conv2DRule(weighted.WeightedRule):
    """A convolution with knobs."""

    operator: ClassVar[type[Specification]] = Conv2D
    axes: ClassVar[str] = "HWIO"


NOTEBOOK = "the course notebook's own network"
EVERYWHERE = (*FORWARD, *BACKWARD, *KERNEL)

FAULTS = (
    Fault(
        "conv2d-kernel-reshaped-not-transposed", Conv2DRule(kernel_order="OIHW"), EVERYWHERE,
        "Kernels of shape (height, width, channels, filters) are reshaped to (filters, channels, height, width).",
        "reshape keeps the order of the elements; to move axes, use transpose(3, 2, 0, 1).",
        source=NOTEBOOK,
    ),
    Fault(
        "conv2d-kernel-channels-and-filters-exchanged", Conv2DRule(kernel_order="HWOI"), EVERYWHERE,
        "The kernel's elements are read as (height, width, filters, channels).",
        "Which of the kernel's last two axes counts input channels, and which filters?",
    ),
    Fault(
        "conv2d-kernel-rows-and-columns-exchanged", Conv2DRule(kernel_order="WHIO"), EVERYWHERE,
        "The kernel's elements are read as (width, height, channels, filters).",
        "Does the first index of the kernel move down or across?", census=6,
    ),
    Fault(
        "conv2d-input-gradient-kernel-transposed", Conv2DRule(input_gradient=convolved.through_transposed_kernel),
        BACKWARD, "The input gradient uses the kernel transposed instead of turned by 180°.",
        "Turning by 180° flips both axes, kernel[::-1, ::-1]; .T exchanges them.", source=NOTEBOOK, census=4,
    ),
    Fault(
        "conv2d-input-gradient-kernel-not-turned", Conv2DRule(input_gradient=convolved.through_unturned_kernel),
        BACKWARD, "The input gradient slides the kernel over the padded gradient without turning it.",
        "The weight that took pixel (r, c) forward brings its gradient back: flip both axes of the kernel.", census=4,
    ),
    Fault(
        "conv2d-input-gradient-kernel-flipped-once", Conv2DRule(input_gradient=convolved.through_half_turned_kernel),
        BACKWARD, "The input gradient uses the kernel flipped along one axis only.",
        "A turn by 180° is two flips: kernel[::-1, ::-1].", census=4,
    ),
    Fault(
        "conv2d-input-gradient-channels-reshaped", Conv2DRule(input_gradient=convolved.through_reshaped_kernel),
        BACKWARD, "The input gradient exchanges the kernel's channels and filters by reshape instead of transpose.",
        "Exchange axes with swapaxes or transpose; reshape only cuts the same row of numbers elsewhere.", census=4,
    ),
    Fault(
        "conv2d-input-gradient-overlaps-assigned", Conv2DRule(input_gradient=convolved.overlaps_assigned), BACKWARD,
        "Each window's gradient overwrites that of the window before where they overlap.",
        "A pixel seen by several windows gets the sum of their gradients: += and not =.",
    ),
    Fault(
        "conv2d-input-gradient-ignores-stride", Conv2DRule(input_gradient=convolved.stride_ignored_going_back),
        BACKWARD, "Window i's gradient is put back at pixel i instead of at i times the stride.",
        "Going back, windows are as far apart as they were going forward.", census=5,
        source="candle#2337, mlpack#2986, backpack#30",
    ),
    Fault(
        "conv2d-input-gradient-cropped-from-corner", Conv2DRule(input_gradient=convolved.cropped_from_the_corner),
        BACKWARD, "The padding is cut off the input gradient at the end only.",
        "Cut as many rows and columns as were added, on the side where they were added; -0 as an end is empty.",
        census=8, source="PyDeepFlow#84, singa#126, nntrainer#4347",
    ),
    Fault(
        "conv2d-input-gradient-of-one-filter", Conv2DRule(input_gradient=convolved.through_first_filter), BACKWARD,
        "Only one filter's error reaches the layer below.",
        "A pixel is seen by every filter: sum over filters.",
    ),
    Fault(
        "conv2d-input-gradient-from-updated-kernel",
        Conv2DRule(input_gradient=weighted.through_the_kernel_after_the_step), BACKWARD,
        "The input gradient goes through the kernel after its update.",
        "Compute all gradients of the step first, and update the weights afterwards.", census=2,
        source="joelgrus#31, CodingTrain#72, Bot-Academy#3",
    ),
    Fault(
        "conv2d-kernel-gradient-turned", Conv2DRule(kernel_gradient=convolved.kernel_gradient_turned), KERNEL,
        "The kernel gradient comes out turned by 180°.",
        "In correlate(x, dy) the order of the arguments matters: the other order turns the result.", census=5,
        source="e2eml course 322",
    ),
    Fault(
        "conv2d-kernel-gradient-transposed", Conv2DRule(kernel_gradient=convolved.kernel_gradient_transposed), KERNEL,
        "Rows and columns of the kernel gradient are exchanged.",
        "Compare the element at row 0, column 1 with the finite difference of that weight.", census=5,
    ),
    Fault(
        "conv2d-kernel-gradient-mixes-filters", Conv2DRule(kernel_gradient=convolved.kernel_gradient_of_all_filters),
        KERNEL, "Every filter learns from the summed error of all filters.",
        "Filter f's kernel changes output channel f only: use dy[..., f].", census=5,
    ),
    Fault(
        "conv2d-kernel-gradient-over-all-channels",
        Conv2DRule(kernel_gradient=convolved.kernel_gradient_of_all_channels), KERNEL,
        "The kernel gradient is summed over all input channels, and that one sum given to each.",
        "kernel[filter] has a channel axis: adding one (height, width) array to it adds it to every channel.",
        source=NOTEBOOK,
    ),
    Fault(
        "conv2d-kernel-gradient-of-first-channel",
        Conv2DRule(kernel_gradient=convolved.kernel_gradient_of_first_channel), KERNEL,
        "The kernel gradient of every channel is that of the first one.",
        "The loop's channel index belongs in the input, too.", census=5, source="neon#111",
    ),
    Fault(
        "conv2d-kernel-gradient-ignores-stride",
        Conv2DRule(kernel_gradient=convolved.kernel_gradient_with_stride_ignored), KERNEL,
        "The kernel gradient takes window i at pixel i instead of at i times the stride.",
        "The windows of the kernel gradient are those of the forward pass.", census=5, source="backpack#30",
    ),
    Fault(
        "conv2d-kernel-gradient-from-unpadded-input",
        Conv2DRule(kernel_gradient=convolved.kernel_gradient_without_padding), KERNEL,
        "The kernel gradient looks at the input without the padding before it.",
        "Keep the padded input of the forward pass, and use that.", census=8, source="PyDeepFlow#84",
    ),
    Fault(
        "conv2d-kernel-gradient-wraps-around",
        Conv2DRule(kernel_gradient=convolved.kernel_gradient_wrapping_around), KERNEL,
        "The kernel gradient is a circular correlation: beyond one edge of the image comes the other.",
        "Pad with zeros before a Fourier transform; what it computes is periodic.", census=5,
    ),
    Fault(
        "conv2d-kernel-gradient-zero", Conv2DRule(kernel_gradient=weighted.zero), KERNEL,
        "The kernel gradient is a buffer of zeros that is never filled.",
        "Is the array that the loop fills the one that is returned?", census=5,
    ),
    Fault(
        "conv2d-kernel-gradient-averaged-twice", Conv2DRule(kernel_gradient=weighted.mean_over_batch), KERNEL,
        "The kernel gradient is divided by the batch size once more.",
        "The gradient that arrives has the loss's mean in it already: sum over samples.", census=6,
        source="kvfrans/notes#5",
    ),
    Fault(
        "conv2d-kernel-gradient-of-last-sample", Conv2DRule(kernel_gradient=weighted.kernel_gradient_of_last_sample),
        KERNEL, "Only the last sample of a batch changes the kernel.",
        "Add over samples with += and set the buffer to 0 before the loop, not in it.", census=3,
    ),
    Fault(
        "conv2d-kernel-gradient-from-first-input",
        Conv2DRule(kernel_gradient=weighted.kernel_gradient_with_first_input), KERNEL,
        "The kernel gradient uses the input of the first step ever after.",
        "Store the input in every forward pass, not only when nothing is stored yet.",
    ),
    Fault(
        "conv2d-gradients-pile-up", Conv2DRule(gradients_pile_up=True), (*KERNEL, *BIAS),
        "The gradient buffers are never set to zero, so that each step adds to those before.",
        "Clear the buffers at the start of every backward pass.", census=1, source="convnetjs#17, caffe#3254",
    ),
    Fault(
        "conv2d-bias-gradient-over-all-filters", Conv2DRule(bias_gradient=weighted.one_bias_gradient_for_all), BIAS,
        "The bias gradient is summed over all filters, and that one sum given to each.",
        "Sum over samples, rows and columns, but keep the filters apart: axis=(0, 1, 2).",
        source=f"{NOTEBOOK}; stat453-deep-learning-ss21#5",
    ),
    Fault(
        "conv2d-bias-gradient-averaged-twice", Conv2DRule(bias_gradient=weighted.mean_over_batch), BIAS,
        "The bias gradient is divided by the batch size once more.",
        "The gradient that arrives has the loss's mean in it already: sum over samples.", census=6,
    ),
    Fault(
        "conv2d-bias-gradient-mean-over-positions",
        Conv2DRule(bias_gradient=convolved.bias_gradient_mean_over_positions), BIAS,
        "The bias gradient is a mean over positions.",
        "The bias is added at every position, so its gradient is the sum over them.",
    ),
    Fault(
        "conv2d-bias-gradient-of-first-position", Conv2DRule(bias_gradient=convolved.bias_gradient_of_first_position),
        BIAS, "The bias gradient takes one position only.", "Sum over rows and columns as well.",
    ),
    Fault(
        "conv2d-bias-gradient-of-last-sample", Conv2DRule(bias_gradient=weighted.bias_gradient_of_last_sample), BIAS,
        "Only the last sample of a batch changes the bias.", "Add over samples with +=.", census=3,
    ),
    Fault(
        "conv2d-bias-kept-from-construction", Conv2DRule(bias_kept=True), FORWARD,
        "Each neuron keeps a copy of its bias from construction, so the forward pass after an update uses the old one.",
        "Read the bias where it is stored each time, or share one array and update it in place.", source=NOTEBOOK,
    ),
    Fault(
        "conv2d-bias-never-added", Conv2DRule(output=weighted.without_bias), FORWARD,
        "The bias is never added.", "Look for the bias in the forward pass.", census=3, source="nntrainer#219",
    ),
    Fault(
        "conv2d-bias-added-for-each-product", Conv2DRule(output=weighted.with_bias_for_each_product), FORWARD,
        "The bias is added inside the sum, once for each product.", "Add the bias once, after the sum.", census=3,
    ),
    Fault(
        "conv2d-bias-added-for-each-channel", Conv2DRule(output=weighted.with_bias_for_each_channel), FORWARD,
        "The bias is added once for each input channel.", "Add the bias after the loop over channels.", census=3,
    ),
    Fault(
        "conv2d-batch-size-as-bias", Conv2DRule(output=weighted.with_batch_size_as_bias), FORWARD,
        "The number of samples is added instead of the bias.", "Is b the bias or the batch?", census=3,
    ),
    Fault(
        "conv2d-forward-kernel-turned", Conv2DRule(output=convolved.convolution_and_not_correlation), FORWARD,
        "The forward pass turns the kernel by 180° and the backward pass does not know.",
        "Keras correlates: no turn going forward. Convolve in both passes or in neither.",
        source="deeplearning.ai 121204",
    ),
    Fault(
        "conv2d-stride-ignored", Conv2DRule(output=convolved.stride_ignored), FORWARD,
        "Window i is read at pixel i instead of at i times the stride.",
        "The output's index times the stride is the input's index.", census=4,
    ),
    Fault(
        "conv2d-strides-swapped", Conv2DRule(output=convolved.strides_swapped), FORWARD,
        "The stride of rows is used for columns and the other way round.",
        "strides are (down, across), as everything else.", census=4,
    ),
    Fault(
        "conv2d-dilation-ignored", Conv2DRule(output=convolved.dilation_ignored), FORWARD,
        "dilation_rate is accepted and not used.", "Tap t looks at pixel start + t times the dilation.",
    ),
    Fault(
        "conv2d-stride-and-dilation-swapped", Conv2DRule(output=convolved.stride_and_dilation_swapped), FORWARD,
        "Stride and dilation are exchanged.", "Which is between windows, and which between taps?",
        source="candle#2337",
    ),
    Fault(
        "conv2d-groups-interleaved", Conv2DRule(output=convolved.groups_interleaved), FORWARD,
        "A group gets every n-th channel instead of neighbouring ones.",
        "Channel c belongs to group c // (channels / groups).",
    ),
    Fault(
        "conv2d-first-channel-for-all", Conv2DRule(output=convolved.first_channel_for_all), FORWARD,
        "Every channel's kernel looks at the first channel.", "Is the channel's index in the input as well?",
        source="neon#111",
    ),
    Fault(
        "conv2d-kernel-size-hard-coded", Conv2DRule(output=convolved.three_taps_only), FORWARD,
        "Kernels are taken to be 3 by 3.", "Look for a 3 or a 2 that should be kernel_size.", census=3,
    ),
    Fault(
        "conv2d-padding-odd-one-first", Conv2DRule(output=convolved.odd_padding_first), FORWARD,
        "Where same adds an odd number of rows, the odd one comes before the image.",
        "Keras and TensorFlow pad bottom and right first; PyTorch users often expect the other side.",
    ),
    Fault(
        "conv2d-padding-as-for-stride-1", Conv2DRule(output=convolved.padding_as_for_stride_1), FORWARD,
        "The padding of same is computed as if the stride were 1.",
        "same pads so that ceil(size / stride) windows fit, which is less for larger strides.", census=4,
        source="tensornets#25, keras#9629, tensorflow#17654",
    ),
    Fault(
        "conv2d-padding-after-only", Conv2DRule(output=convolved.padding_after_only), FORWARD,
        "All padding comes after the image.", "Half of the padding comes before the image.", census=8,
    ),
    Fault(
        "conv2d-padding-wraps-around", Conv2DRule(output=convolved.padding_wraps_around), FORWARD,
        "The image is padded with its other end.", "Pad with zeros; negative indices count from the end.", census=8,
    ),
    Fault(
        "conv2d-only-first-sample", Conv2DRule(output=weighted.first_sample_only), FORWARD,
        "Only the first image of a batch is processed.", "Is the return inside the loop?", census=3,
    ),
    Fault(
        "conv2d-last-sample-for-all", Conv2DRule(output=weighted.last_sample_for_all), FORWARD,
        "Every sample gets the last one's output.", "Does each sample have its own place in the output?", census=3,
    ),
    Fault(
        "conv2d-batch-and-windows-mixed", Conv2DRule(output=convolved.batch_and_windows_mixed), FORWARD,
        "Columns are built window by window and taken apart sample by sample.",
        "Reshape to the order in which the columns were built, then transpose.", source="ggml#737",
    ),
    Fault(
        "conv2d-height-and-width-swapped", Conv2DRule(output=convolved.height_and_width_swapped), FORWARD,
        "The output is filled column by column and read row by row.",
        "Try an image that is higher than wide.", census=6,
    ),
    Fault(
        "conv2d-output-in-integers", Conv2DRule(output=weighted.whole_numbers), FORWARD,
        "The output goes through a buffer of integers.", "np.zeros_like an integer image is an integer array.",
        census=2,
    ),
)  # fmt: skip
