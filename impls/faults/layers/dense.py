"""Dense: what goes wrong in fully connected layers."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LayerStage
from harness.operators.layers import Dense
from harness.operators.specification import Specification
from impls.faults._places import BACKWARD, BIAS, FORWARD, KERNEL
from impls.faults.layers import _weighted as weighted


@dataclass(frozen=True)
class DenseRule(weighted.WeightedRule):
    """A fully connected layer with knobs.

    Attributes:
        one_array_for_all: True where all neurons share one array of weights: the first one's values, and each one's
            update adds to all.
    """

    operator: ClassVar[type[Specification]] = Dense
    axes: ClassVar[str] = "IO"
    one_array_for_all: bool = False

    def read(self, stage: LayerStage) -> LayerStage:
        stage = super().read(stage)
        if not self.one_array_for_all:
            return stage
        kernel = stage.weights["kernel"]
        return stage.but(kernel=np.repeat(kernel[:, :1], kernel.shape[1], axis=1))


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


EVERYWHERE = (*FORWARD, *BACKWARD, *KERNEL)
NOTEBOOK = "the course notebook's own network"

FAULTS = (
    Fault(
        "dense-one-weight-array-for-all", DenseRule(one_array_for_all=True, kernel_gradient=gradient_for_all),
        EVERYWHERE, "All neurons of a layer share one weight array: the same values, and each update adds to all.",
        "[array] * n holds one array n times; make one for each neuron.", source=NOTEBOOK,
    ),
    Fault(
        "dense-batch-gives-last-sample", DenseRule(output=weighted.last_sample_for_all), FORWARD,
        "A batch returns the last sample's output only.", "Does each sample have its own place in the output?",
        source=NOTEBOOK, census=3,
    ),
    Fault(
        "dense-only-first-sample", DenseRule(output=weighted.first_sample_only), FORWARD,
        "Only the first sample of a batch is processed.", "Is the return inside the loop?", census=3,
    ),
    Fault(
        "dense-kernel-reshaped-not-transposed", DenseRule(kernel_order="OI"), EVERYWHERE,
        "Weights of shape (inputs, units) are reshaped to (units, inputs).",
        "reshape keeps the order of the elements; use .T to exchange axes.",
    ),
    Fault(
        "dense-input-gradient-kernel-reshaped", DenseRule(input_gradient=through_reshaped_kernel), BACKWARD,
        "The input gradient reshapes the kernel where it should be transposed.", "dx = dy @ kernel.T",
    ),
    Fault(
        "dense-input-gradient-from-updated-kernel",
        DenseRule(input_gradient=weighted.through_the_kernel_after_the_step), BACKWARD,
        "The input gradient goes through the weights after their update.",
        "Compute all gradients of the step first, and update the weights afterwards.", census=2,
        source="joelgrus#31, kim-marcel#7, CodingTrain#72, zero_to_gpt#12, Bot-Academy#3",
    ),
    Fault(
        "dense-kernel-gradient-reshaped", DenseRule(kernel_gradient=kernel_gradient_reshaped), KERNEL,
        "The kernel gradient is computed as (units, inputs) and reshaped instead of transposed.",
        "dkernel = x.T @ dy, or (dy.T @ x).T",
    ),
    Fault(
        "dense-kernel-gradient-without-input", DenseRule(kernel_gradient=kernel_gradient_without_input), KERNEL,
        "The kernel gradient lacks the factor x.", "A weight's gradient is its neuron's error times its input.",
    ),
    Fault(
        "dense-kernel-gradient-averaged-twice", DenseRule(kernel_gradient=weighted.mean_over_batch), KERNEL,
        "The kernel gradient is divided by the batch size once more.",
        "The gradient that arrives has the loss's mean in it already: sum over samples.", census=6,
    ),
    Fault(
        "dense-kernel-gradient-of-last-sample", DenseRule(kernel_gradient=weighted.kernel_gradient_of_last_sample),
        KERNEL, "Only the last sample of a batch changes the weights.", "Add over samples with +=.", census=3,
    ),
    Fault(
        "dense-kernel-gradient-from-first-input",
        DenseRule(kernel_gradient=weighted.kernel_gradient_with_first_input), KERNEL,
        "The kernel gradient uses the input of the first step ever after.",
        "Store the input in every forward pass.",
    ),
    Fault(
        "dense-kernel-gradient-zero", DenseRule(kernel_gradient=weighted.zero), KERNEL,
        "The kernel gradient is a buffer of zeros that is never filled.",
        "Is the array that the loop fills the one that is returned?",
    ),
    Fault(
        "dense-gradients-pile-up", DenseRule(gradients_pile_up=True), (*KERNEL, *BIAS),
        "The gradient buffers are never set to zero, so that each step adds to those before.",
        "Clear the buffers at the start of every backward pass.", census=1, source="convnetjs#17",
    ),
    Fault(
        "dense-bias-gradient-averaged-twice", DenseRule(bias_gradient=weighted.mean_over_batch), BIAS,
        "The bias gradient is divided by the batch size once more, or is a mean where the kernel's is a sum.",
        "The gradient that arrives has the loss's mean in it already: sum over samples.", census=6,
    ),
    Fault(
        "dense-bias-gradient-over-all-units", DenseRule(bias_gradient=weighted.one_bias_gradient_for_all), BIAS,
        "The bias gradient is summed over all units, and that one sum given to each.",
        "np.sum without an axis sums everything: axis=0.", census=4, source="stat453-deep-learning-ss21#5",
    ),
    Fault(
        "dense-bias-gradient-of-last-sample", DenseRule(bias_gradient=weighted.bias_gradient_of_last_sample), BIAS,
        "Only the last sample of a batch changes the bias.", "Add over samples with +=.", census=3,
    ),
    Fault(
        "dense-bias-gradient-keeps-the-batch", DenseRule(bias_gradient=weighted.bias_gradient_like_dy), BIAS,
        "The bias gradient keeps its batch axis.", "Sum over samples: the gradient has the bias's shape.",
        source="jimfleming/differentiation#1",
    ),
    Fault(
        "dense-bias-gradient-zero", DenseRule(bias_gradient=weighted.zero), BIAS,
        "The bias gradient is a buffer of zeros that is never filled.", "Is db computed and returned?",
    ),
    Fault(
        "dense-bias-kept-from-construction", DenseRule(bias_kept=True), FORWARD,
        "Each neuron keeps a copy of its bias from construction, so the forward pass after an update uses the old one.",
        "Read the bias where it is stored each time.",
    ),
    Fault(
        "dense-bias-never-added", DenseRule(output=weighted.without_bias), FORWARD, "The bias is never added.",
        "Look for the bias in the forward pass.", census=3,
    ),
    Fault(
        "dense-bias-added-for-each-product", DenseRule(output=weighted.with_bias_for_each_product), FORWARD,
        "The bias is added inside the sum, once for each product.", "Add the bias once, after the sum.", census=3,
    ),
    Fault(
        "dense-output-in-integers", DenseRule(output=weighted.whole_numbers), FORWARD,
        "The output goes through a buffer of integers.", "np.zeros_like an integer array is an integer array.",
        census=2,
    ),
)  # fmt: skip
