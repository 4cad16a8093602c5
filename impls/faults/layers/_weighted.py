"""Errors of layers with a kernel and a bias: convolutions and dense layers."""

from typing import Any

import numpy as np

from harness.cases.problem import Array
from harness.faults import Partial
from harness.faults.stages import LayerStage

# Parameters as they are read, and gradients as they are written.


def kernel_taken_as(order: str) -> dict[str, Any]:
    """Return what a layer does that takes its kernel's elements in another order of axes, reshaped, not transposed."""
    return {"read": {"kernel": Partial(_taken, order=order)}, "written": {"kernel": Partial(_given_back, order=order)}}


def _taken(stage: LayerStage, kernel: Array, order: str) -> Array:
    axes = stage.layer.kernel_axes
    size = dict(zip(axes, kernel.shape, strict=True))
    return kernel.reshape([size[axis] for axis in order]).transpose([order.index(axis) for axis in axes])


def _given_back(stage: LayerStage, dkernel: Array, order: str) -> Array:
    return dkernel.transpose([stage.layer.kernel_axes.index(axis) for axis in order]).reshape(dkernel.shape)


def first_bias(stage: LayerStage, bias: Array) -> Array:
    """Keep the bias of the first call."""
    kept: Array = stage.memory.setdefault("bias", bias)
    return kept


def _piled_up(stage: LayerStage, gradient: Array, name: str) -> Array:
    total: Array = stage.memory.get(f"gradients of {name}", 0) + gradient
    stage.memory[f"gradients of {name}"] = total
    return total


# Gradients are added to those of the steps before.
PILING_UP = {name: Partial(_piled_up, name=name) for name in ("kernel", "bias")}

# Outputs.


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


# Gradients.


def through_the_kernel_after_the_step(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Go back through weights that were already updated."""
    updated: Array = stage.but(kernel=_kernel_after_the_step(stage, dy)).backward(dy)[0]
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


def _kernel_after_the_step(stage: LayerStage, dy: Array) -> Array:
    """Return the kernel that the optimizer makes of this one, its slots kept in the layer's memory."""
    optimizer = stage.setting.case.the_optimizer
    operator = stage.setting.operators[type(optimizer)]
    step = stage.memory["step"] = stage.memory.get("step", 0) + 1
    gradient = stage.backward(dy)[1]["kernel"]
    kernel, slots = operator.update(optimizer, step, stage.weights["kernel"], gradient, stage.memory.get("slots", {}))
    stage.memory["slots"] = slots
    after: Array = kernel
    return after
