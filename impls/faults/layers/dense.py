"""Dense: what goes wrong in fully connected layers."""

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LayerStage
from harness.operators.layers import Dense
from impls.faults._places import BACKWARD, BIAS, EVERYWHERE, FORWARD, KERNEL, NOTEBOOK
from impls.faults.layers import _weighted as weighted


def first_neuron_for_all(stage: LayerStage, kernel: Array) -> Array:
    """Let all neurons share one array of weights: the first one's values."""
    return np.repeat(kernel[:, :1], kernel.shape[1], axis=1)


def gradient_for_all(stage: LayerStage, dy: Array, right: Array) -> Array:
    """Add each neuron's gradient to the one array that all share."""
    return np.repeat(right.sum(axis=1, keepdims=True), right.shape[1], axis=1)


def through_reshaped_kernel(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Reshape the kernel where it should be transposed."""
    kernel = stage.weights["kernel"]
    return np.asarray(dy @ kernel.reshape(kernel.shape[::-1]))


def kernel_gradient_reshaped(stage: LayerStage, dy: Array, right: Array) -> Array:
    """Compute dy' x and reshape it where it should be transposed."""
    return right.T.reshape(right.shape)


def kernel_gradient_without_input(stage: LayerStage, dy: Array, right: Array) -> Array:
    """Forget the factor x: each weight gets its neuron's error."""
    return np.repeat(dy.sum(axis=0, keepdims=True), right.shape[0], axis=0)


FAULTS = (
    Fault("dense-one-weight-array-for-all", on=Dense, read={"kernel": first_neuron_for_all},
        gradients={"kernel": gradient_for_all}, moves=EVERYWHERE,
        explanation="All neurons of a layer share one weight array: the same values, and each update adds to all.",
        hint="[array] * n holds one array n times; make one for each neuron.", source=NOTEBOOK),
    Fault("dense-batch-gives-last-sample", on=Dense, output=weighted.last_sample_for_all, moves=FORWARD, census=3,
        explanation="A batch returns the last sample's output only.",
        hint="Does each sample have its own place in the output?", source=NOTEBOOK),
    Fault("dense-only-first-sample", on=Dense, output=weighted.first_sample_only, moves=FORWARD, census=3,
        explanation="Only the first sample of a batch is processed.", hint="Is the return inside the loop?"),
    Fault("dense-kernel-reshaped-not-transposed", on=Dense, **weighted.kernel_taken_as("OI"), moves=EVERYWHERE,
        explanation="Weights of shape (inputs, units) are reshaped to (units, inputs).",
        hint="reshape keeps the order of the elements; use .T to exchange axes."),
    Fault("dense-input-gradient-kernel-reshaped", on=Dense, input_gradient=through_reshaped_kernel, moves=BACKWARD,
        explanation="The input gradient reshapes the kernel where it should be transposed.", hint="dx = dy @ kernel.T"),
    Fault("dense-input-gradient-from-updated-kernel", on=Dense,
        input_gradient=weighted.through_the_kernel_after_the_step, moves=BACKWARD, census=2,
        explanation="The input gradient goes through the weights after their update.",
        hint="Compute all gradients of the step first, and update the weights afterwards.",
        source="joelgrus#31, kim-marcel#7, CodingTrain#72, zero_to_gpt#12, Bot-Academy#3"),
    Fault("dense-kernel-gradient-reshaped", on=Dense, gradients={"kernel": kernel_gradient_reshaped}, moves=KERNEL,
        explanation="The kernel gradient is computed as (units, inputs) and reshaped instead of transposed.",
        hint="dkernel = x.T @ dy, or (dy.T @ x).T"),
    Fault("dense-kernel-gradient-without-input", on=Dense, gradients={"kernel": kernel_gradient_without_input},
        moves=KERNEL,
        explanation="The kernel gradient lacks the factor x.",
        hint="A weight's gradient is its neuron's error times its input."),
    Fault("dense-kernel-gradient-averaged-twice", on=Dense, gradients={"kernel": weighted.mean_over_batch},
        moves=KERNEL, census=6,
        explanation="The kernel gradient is divided by the batch size once more.",
        hint="The gradient that arrives has the loss's mean in it already: sum over samples."),
    Fault("dense-kernel-gradient-of-last-sample", on=Dense,
        gradients={"kernel": weighted.kernel_gradient_of_last_sample}, moves=KERNEL, census=3,
        explanation="Only the last sample of a batch changes the weights.", hint="Add over samples with +=."),
    Fault("dense-kernel-gradient-from-first-input", on=Dense,
        gradients={"kernel": weighted.kernel_gradient_with_first_input}, moves=KERNEL,
        explanation="The kernel gradient uses the input of the first step ever after.",
        hint="Store the input in every forward pass."),
    Fault("dense-kernel-gradient-zero", on=Dense, gradients={"kernel": weighted.zero}, moves=KERNEL,
        explanation="The kernel gradient is a buffer of zeros that is never filled.",
        hint="Is the array that the loop fills the one that is returned?"),
    Fault("dense-gradients-pile-up", on=Dense, written=weighted.PILING_UP, moves=(*KERNEL, *BIAS), census=1,
        explanation="The gradient buffers are never set to zero, so that each step adds to those before.",
        hint="Clear the buffers at the start of every backward pass.", source="convnetjs#17"),
    Fault("dense-bias-gradient-averaged-twice", on=Dense, gradients={"bias": weighted.mean_over_batch},
        moves=BIAS, census=6,
        explanation="The bias gradient is divided by the batch size once more, or is a mean where the kernel's is a "
                    "sum.",
        hint="The gradient that arrives has the loss's mean in it already: sum over samples."),
    Fault("dense-bias-gradient-over-all-units", on=Dense, gradients={"bias": weighted.one_bias_gradient_for_all},
        moves=BIAS, census=4,
        explanation="The bias gradient is summed over all units, and that one sum given to each.",
        hint="np.sum without an axis sums everything: axis=0.", source="stat453-deep-learning-ss21#5"),
    Fault("dense-bias-gradient-of-last-sample", on=Dense, gradients={"bias": weighted.bias_gradient_of_last_sample},
        moves=BIAS, census=3,
        explanation="Only the last sample of a batch changes the bias.", hint="Add over samples with +=."),
    Fault("dense-bias-gradient-keeps-the-batch", on=Dense, gradients={"bias": weighted.bias_gradient_like_dy},
        moves=BIAS,
        explanation="The bias gradient keeps its batch axis.",
        hint="Sum over samples: the gradient has the bias's shape.", source="jimfleming/differentiation#1"),
    Fault("dense-bias-gradient-zero", on=Dense, gradients={"bias": weighted.zero}, moves=BIAS,
        explanation="The bias gradient is a buffer of zeros that is never filled.",
        hint="Is db computed and returned?"),
    Fault("dense-bias-kept-from-construction", on=Dense, read={"bias": weighted.first_bias}, moves=FORWARD,
        explanation="Each neuron keeps a copy of its bias from construction, so the forward pass after an update uses "
                    "the old one.",
        hint="Read the bias where it is stored each time."),
    Fault("dense-bias-never-added", on=Dense, output=weighted.without_bias, moves=FORWARD, census=3,
        explanation="The bias is never added.", hint="Look for the bias in the forward pass."),
    Fault("dense-bias-added-for-each-product", on=Dense, output=weighted.with_bias_for_each_product,
        moves=FORWARD, census=3,
        explanation="The bias is added inside the sum, once for each product.",
        hint="Add the bias once, after the sum."),
    Fault("dense-output-in-integers", on=Dense, output=weighted.whole_numbers, moves=FORWARD, census=2,
        explanation="The output goes through a buffer of integers.",
        hint="np.zeros_like an integer array is an integer array."),
)  # fmt: skip
