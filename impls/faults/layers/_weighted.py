"""The rule of layers with a kernel and a bias: convolutions and dense layers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults import LayerRule
from harness.faults.stages import LayerStage
from impls.faults.layers._shaped import InputGradient, Output, right_gradient, right_output

Gradient = Callable[[LayerStage, Array, Array], Array]


@dataclass(frozen=True)
class WeightedRule(LayerRule):
    """A layer with a kernel and a bias.

    Attributes:
        axes: one letter for each axis of a kernel, in Keras's order.
        kernel_order: the order of axes in which the layer takes the kernel's elements, reshaped and not transposed.
        bias_kept: True where the bias of the first call is used ever after.
        gradients_pile_up: True where gradients are added to those of the steps before.
        output, input_gradient, kernel_gradient, bias_gradient: how each is computed.
    """

    axes: ClassVar[str]
    kernel_order: str = ""
    bias_kept: bool = False
    gradients_pile_up: bool = False
    output: Output = right_output
    input_gradient: InputGradient = right_gradient
    kernel_gradient: Gradient = right_gradient
    bias_gradient: Gradient = right_gradient

    def read(self, stage: LayerStage) -> LayerStage:
        if self.bias_kept and "bias" in stage.weights:
            stage = stage.but(bias=stage.memory.setdefault("bias", stage.weights["bias"]))
        if self.kernel_order:
            stage = stage.but(kernel=taken(stage.weights["kernel"], self.axes, self.kernel_order))
        return stage

    def forward(self, stage: LayerStage, y: Array) -> Array:
        return self.output(stage, y)

    def backward(
        self, stage: LayerStage, dy: Array, dx: Array, gradients: Mapping[str, Array]
    ) -> tuple[Array, Mapping[str, Array]]:
        found = {"kernel": self.kernel_gradient(stage, dy, gradients["kernel"])}
        if self.kernel_order:
            found["kernel"] = given_back(found["kernel"], self.axes, self.kernel_order)
        if "bias" in gradients:
            found["bias"] = self.bias_gradient(stage, dy, gradients["bias"])
        if self.gradients_pile_up:
            found = {name: stage.memory.get(name, 0) + gradient for name, gradient in found.items()}
            stage.memory.update(found)
        return self.input_gradient(stage, dy, dx), found


def taken(kernel: Array, axes: str, order: str) -> Array:
    """Return the elements of a kernel, in memory order, taken as an array whose axes are in another order."""
    size = dict(zip(axes, kernel.shape, strict=True))
    return kernel.reshape([size[axis] for axis in order]).transpose([order.index(axis) for axis in axes])


def given_back(dkernel: Array, axes: str, order: str) -> Array:
    """Return the gradient with respect to the kernel that ``taken`` was given."""
    return dkernel.transpose([axes.index(axis) for axis in order]).reshape(dkernel.shape)


def kernel_after_the_step(stage: LayerStage, dy: Array) -> Array:
    """Return the kernel that the optimizer makes of this one, its slots kept in the layer's memory."""
    optimizer = stage.setting.case.the_optimizer
    operator = stage.setting.operators[type(optimizer)]
    step = stage.memory["step"] = stage.memory.get("step", 0) + 1
    gradient = stage.backward(dy)[1]["kernel"]
    kernel, slots = operator.update(optimizer, step, stage.weights["kernel"], gradient, stage.memory.get("slots", {}))
    stage.memory["slots"] = slots
    after: Array = kernel
    return after


def without_bias(stage: LayerStage, y: Array) -> Array:
    """Leave the bias out."""
    return _with_bias(stage, y, 0.0)


def with_bias_for_each_product(stage: LayerStage, y: Array) -> Array:
    """Add the bias once for each product of the weighted sum."""
    kernel = stage.weights["kernel"]
    return _with_bias(stage, y, float(kernel[..., 0].size))


def with_bias_for_each_channel(stage: LayerStage, y: Array) -> Array:
    """Add the bias once for each channel of the input."""
    return _with_bias(stage, y, float(stage.weights["kernel"].shape[-2]))


def with_batch_size_as_bias(stage: LayerStage, y: Array) -> Array:
    """Add the number of samples instead of the bias."""
    if "bias" not in stage.weights:
        return y
    return stage.but(bias=np.full_like(stage.weights["bias"], len(stage.x))).forward()


def _with_bias(stage: LayerStage, y: Array, times: float) -> Array:
    if "bias" not in stage.weights:
        return y
    bias = stage.weights["bias"]
    return stage.but(bias=bias * np.asarray(times, bias.dtype)).forward()


def first_sample_only(stage: LayerStage, y: Array) -> Array:
    """Return from inside the loop over samples: the others stay 0."""
    first = np.zeros_like(y)
    first[:1] = y[:1]
    return first


def last_sample_for_all(stage: LayerStage, y: Array) -> Array:
    """Keep what the loop over samples left in its variable."""
    return np.repeat(y[-1:], len(y), axis=0)


def whole_numbers(stage: LayerStage, y: Array) -> Array:
    """Write the results into a buffer of integers."""
    return np.trunc(y)


def through_the_kernel_after_the_step(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Go back through weights that were already updated."""
    updated: Array = stage.but(kernel=kernel_after_the_step(stage, dy)).backward(dy)[0]
    return updated


def zero(stage: LayerStage, dy: Array, right: Array) -> Array:
    """Forget to fill the buffer."""
    return np.zeros_like(right)


def mean_over_batch(stage: LayerStage, dy: Array, right: Array) -> Array:
    """Divide by the batch size, which the loss has done already."""
    return np.asarray(right / np.asarray(len(dy), right.dtype))


def kernel_gradient_of_last_sample(stage: LayerStage, dy: Array, right: Array) -> Array:
    """Assign each sample's gradient instead of adding it."""
    return stage.but(x=stage.x[-1:]).backward(dy[-1:])[1]["kernel"]


def kernel_gradient_with_first_input(stage: LayerStage, dy: Array, right: Array) -> Array:
    """Use the input of the first call, which was cached and never replaced."""
    return stage.but(x=stage.memory.setdefault("first input", stage.x)).backward(dy)[1]["kernel"]


def bias_gradient_of_last_sample(stage: LayerStage, dy: Array, right: Array) -> Array:
    """Assign each sample's gradient instead of adding it."""
    return np.asarray(dy[-1:].sum(axis=tuple(range(dy.ndim - 1))))


def one_bias_gradient_for_all(stage: LayerStage, dy: Array, right: Array) -> Array:
    """Sum over every axis, that of the filters too, and give the one sum to each."""
    return np.full_like(right, dy.sum())


def bias_gradient_like_dy(stage: LayerStage, dy: Array, right: Array) -> Array:
    """Keep the broadcast shape: nothing is summed at all."""
    return dy
