"""Layers in loops against vectorized ones, on integers, where every order of summation gives the same bits."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import impls.loops
import impls.vectorized
from harness.layerwise import operators_in
from harness.operators.layers import (
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    MaxPooling2D,
    Reshape,
    ZeroPadding2D,
)

LOOPS = operators_in(impls.loops)
VECTORIZED = operators_in(impls.vectorized)
BATCH = 4

SUBJECTS: list[tuple[Layer, tuple[tuple[int, ...], ...]]] = [
    (Conv2D(5, 3), ((7, 6, 3),)),
    (Conv2D(3, (3, 2), strides=(2, 3), padding="same"), ((7, 8, 4),)),
    (Conv2D(4, (2, 4), padding="same"), ((6, 5, 3),)),
    (Conv2D(3, (2, 3), dilation_rate=(3, 2), padding="same", use_bias=False), ((8, 7, 5),)),
    (Conv2D(6, 3, strides=2, groups=3), ((7, 5, 9),)),
    (Conv2D(3, (1, 3), strides=4), ((6, 9, 1),)),
    (Conv2D(3, (5, 4)), ((5, 4, 3),)),
    (Conv2D(3, 5, padding="same"), ((3, 1, 4),)),
    (DepthwiseConv2D(3, depth_multiplier=3), ((6, 5, 4),)),
    (DepthwiseConv2D((2, 3), strides=2, padding="same"), ((7, 6, 5),)),
    (DepthwiseConv2D((3, 1), dilation_rate=(2, 3), depth_multiplier=2, use_bias=False), ((8, 5, 3),)),
    (Conv2DTranspose(5, 3), ((4, 6, 3),)),
    (Conv2DTranspose(3, (3, 2), strides=(2, 3), padding="same"), ((4, 5, 2),)),
    (Conv2DTranspose(3, (2, 5), strides=(3, 2), use_bias=False), ((3, 4, 5),)),
    (MaxPooling2D(2), ((7, 5, 3),)),
    (MaxPooling2D((3, 2), strides=1), ((6, 5, 3),)),
    (MaxPooling2D((2, 4), strides=3, padding="same"), ((8, 7, 4),)),
    (AveragePooling2D(2), ((7, 5, 3),)),
    (AveragePooling2D(3, strides=1, padding="same"), ((5, 6, 3),)),
    (AveragePooling2D((2, 3), strides=(3, 4), padding="same"), ((7, 9, 4),)),
    (GlobalAveragePooling2D(), ((3, 5, 4),)),
    (GlobalAveragePooling2D(keepdims=True), ((5, 1, 3),)),
    (GlobalMaxPooling2D(), ((3, 5, 4),)),
    (GlobalMaxPooling2D(keepdims=True), ((5, 2, 3),)),
    (ZeroPadding2D(((1, 3), (0, 2))), ((3, 4, 5),)),
    (Add(inputs=("a", "b", "c")), ((3, 5, 2), (3, 5, 2), (3, 5, 2))),
    (Concatenate(inputs=("a", "b", "c")), ((3, 5, 2), (3, 5, 1), (3, 5, 4))),
    (Flatten(), ((3, 5, 4),)),
    (Reshape((5, -1, 2)), ((4, 15),)),
    (Dense(7), ((5,),)),
    (Dense(1, use_bias=False), ((9,),)),
    (BatchNormalization(momentum=0.75, epsilon=7.0), ((4, 2, 3),)),
    (BatchNormalization(momentum=0.75, epsilon=7.0, center=False), ((5,),)),
    (BatchNormalization(momentum=0.75, epsilon=7.0, scale=False), ((4, 4, 1),)),
]
IDS = [f"{number}-{layer.kind}" for number, (layer, _) in enumerate(SUBJECTS)]
every_subject = pytest.mark.parametrize(("layer", "shapes"), SUBJECTS, ids=IDS)

# The numbers of elements in the windows above: multiples of these have whole means.
ELEMENTS = math.lcm(*range(1, 10), 5 * 3)


def tensors(operator: Any, layer: Layer, shapes: tuple[tuple[int, ...], ...]) -> dict[str, Any]:
    """Return everything that the operator computes, from the same integers every time."""
    draw = np.random.default_rng(0)

    def integers(*shape: int, largest: int = 3) -> Any:
        array = draw.integers(-largest, largest, shape, endpoint=True).astype(np.float64)
        if "Average" in layer.kind:
            array *= ELEMENTS
        array.flags.writeable = False
        return array

    x = tuple(integers(BATCH, *shape) for shape in shapes)
    if isinstance(layer, BatchNormalization):
        x = (_with_variance_9(x[0]),)
    parameters = layer.parameters(*shapes) | layer.state(*shapes)
    weights = {name: integers(*shape) for name, shape in parameters.items()}
    if "moving_variance" in weights:
        # With the epsilon of 7, a root of 4.
        weights["moving_variance"] = np.full_like(weights["moving_variance"], 9.0)
    y, cache = operator.forward(layer, weights, x if len(x) > 1 else x[0])
    dx, gradients = operator.backward(layer, weights, cache, integers(BATCH, *layer.output_shape(*shapes)))
    found = {"y": y} | {f"d{name}": gradient for name, gradient in gradients.items()}
    found |= {f"dx{number}": part for number, part in enumerate(dx if isinstance(dx, tuple) else (dx,))}
    if isinstance(layer, BatchNormalization):
        found["inferred"] = operator.infer(layer, weights, x[0])
        found |= operator.moving(layer, weights, cache)
    return found


def _with_variance_9(x: Any) -> Any:
    """Return numbers 3 above and 3 below a whole mean of each channel, half of each."""
    signs = np.where(np.arange(x[..., 0].size) % 2 == 0, 3.0, -3.0).reshape(*x.shape[:-1], 1)
    return signs + np.arange(x.shape[-1])


@every_subject
def test_a_layer_in_loops_gives_the_bits_of_the_vectorized_one(layer, shapes, wrong):
    assert wrong(tensors(VECTORIZED[type(layer)], layer, shapes), tensors(LOOPS[type(layer)], layer, shapes)) == []


@every_subject
def test_one_element_of_one_tensor_off_by_one_is_flagged_there_and_nowhere_else(layer, shapes, wrong):
    expected = tensors(VECTORIZED[type(layer)], layer, shapes)
    for name in expected:
        got = tensors(LOOPS[type(layer)], layer, shapes)
        got[name] = got[name].copy()
        got[name].flat[got[name].size // 2] += 1
        assert wrong(expected, got) == [name]


@every_subject
def test_float32_in_is_float32_out(layer, shapes):
    shape = tuple(np.zeros((BATCH, *shape), np.float32) for shape in shapes)
    parameters = layer.parameters(*shapes) | layer.state(*shapes)
    weights = {name: np.ones(size, np.float32) for name, size in parameters.items()}
    operator = LOOPS[type(layer)]
    y, cache = operator.forward(layer, weights, shape if len(shape) > 1 else shape[0])
    dx, gradients = operator.backward(layer, weights, cache, y)
    assert {array.dtype for array in (y, *(dx if isinstance(dx, tuple) else (dx,)), *gradients.values())} == {
        np.dtype(np.float32)
    }


def unturned(operator):
    """The input gradient meets the kernel as it is, where it should be turned by 180°."""

    def backward(layer, weights, cache, dy):
        turned = {**weights, "kernel": weights["kernel"][::-1, ::-1]}
        return operator.backward(layer, turned, cache, dy)[0], operator.backward(layer, weights, cache, dy)[1]

    return SimpleNamespace(forward=operator.forward, backward=backward)


def with_bias_gradient_of_all_filters(operator):
    """The bias gradient is summed over the filters, and the one sum is given to each."""

    def backward(layer, weights, cache, dy):
        dx, gradients = operator.backward(layer, weights, cache, dy)
        return dx, {**gradients, "bias": np.full_like(gradients["bias"], gradients["bias"].sum())}

    return SimpleNamespace(forward=operator.forward, backward=backward)


def with_convolution_for_correlation(operator):
    """The forward pass turns the kernel."""

    def forward(layer, weights, x):
        return operator.forward(layer, {**weights, "kernel": weights["kernel"][::-1, ::-1]}, x)

    return SimpleNamespace(forward=forward, backward=operator.backward)


def with_mean_over_the_batch(operator):
    """The kernel gradient is averaged a second time: the loss has done it."""

    def backward(layer, weights, cache, dy):
        dx, gradients = operator.backward(layer, weights, cache, dy)
        return dx, {**gradients, "kernel": gradients["kernel"] / len(dy)}

    return SimpleNamespace(forward=operator.forward, backward=backward)


def with_the_last_of_equal_maxima(operator):
    """Ties go to the last maximum: the first one of the image turned by 180°."""

    def forward(layer, weights, x):
        y, cache = operator.forward(layer, weights, x[:, ::-1, ::-1])
        return y[:, ::-1, ::-1], cache

    def backward(layer, weights, cache, dy):
        return operator.backward(layer, weights, cache, dy[:, ::-1, ::-1])[0][:, ::-1, ::-1], {}

    return SimpleNamespace(forward=forward, backward=backward)


def with_channels_first(operator):
    """The image is flattened in (channels, height, width) order."""

    def forward(layer, weights, x):
        return operator.forward(layer, weights, x.transpose(0, 3, 1, 2))

    def backward(layer, weights, cache, dy):
        return operator.backward(layer, weights, cache, dy)[0].transpose(0, 2, 3, 1), {}

    return SimpleNamespace(forward=forward, backward=backward)


def with_multipliers_before_channels(operator):
    """Output channel m * channels + c instead of c * depth_multiplier + m."""

    def forward(layer, weights, x):
        y, cache = operator.forward(layer, weights, x)
        return y.reshape(*y.shape[:3], -1, layer.depth_multiplier).swapaxes(3, 4).reshape(y.shape), cache

    return SimpleNamespace(forward=forward, backward=operator.backward)


def with_the_padding_counted(operator):
    """The mean divides by the size of the window, padding included."""

    def forward(layer, weights, x):
        padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
        return operator.forward(AveragePooling2D(3, strides=1), weights, padded)[0], x.shape

    return SimpleNamespace(forward=forward, backward=operator.backward)


def with_the_gradient_of_the_mean_forgotten(operator):
    """The batch's mean is taken for a constant: no gradient goes through it."""

    def backward(layer, weights, cache, dy):
        dx, gradients = operator.backward(layer, weights, cache, dy)
        axes = tuple(range(dy.ndim - 1))
        return dx + weights["gamma"] / 4.0 * dy.mean(axis=axes), gradients

    return SimpleNamespace(forward=operator.forward, backward=backward, infer=operator.infer, moving=operator.moving)


def with_momentum_exchanged(operator):
    """The moving statistics keep what they should take, and take what they should keep."""

    def moving(layer, weights, cache):
        return operator.moving(BatchNormalization(momentum=1 - layer.momentum), weights, cache)

    return SimpleNamespace(forward=operator.forward, backward=operator.backward, infer=operator.infer, moving=moving)


@pytest.mark.parametrize(
    ("fault", "layer", "shape", "moved"),
    [
        (unturned, Conv2D(5, 3), (7, 6, 3), ["dx0"]),
        (unturned, Conv2DTranspose(5, 3), (4, 6, 3), ["dx0"]),
        (unturned, DepthwiseConv2D(3), (6, 5, 4), ["dx0"]),
        (with_convolution_for_correlation, Conv2D(5, (3, 2), padding="same"), (7, 6, 3), ["y"]),
        (with_bias_gradient_of_all_filters, Conv2D(5, 3), (7, 6, 3), ["dbias"]),
        (with_bias_gradient_of_all_filters, Conv2DTranspose(5, 3), (4, 6, 3), ["dbias"]),
        (with_bias_gradient_of_all_filters, Dense(7), (5,), ["dbias"]),
        (with_mean_over_the_batch, Conv2D(5, 3), (7, 6, 3), ["dkernel"]),
        (with_mean_over_the_batch, Dense(7), (5,), ["dkernel"]),
        (with_the_last_of_equal_maxima, MaxPooling2D((2, 3)), (4, 6, 3), ["dx0"]),
        (with_channels_first, Flatten(), (3, 5, 4), ["y", "dx0"]),
        (with_multipliers_before_channels, DepthwiseConv2D(3, depth_multiplier=3), (6, 5, 4), ["y"]),
        (with_the_padding_counted, AveragePooling2D(3, strides=1, padding="same"), (5, 6, 3), ["y"]),
        (with_the_gradient_of_the_mean_forgotten, BatchNormalization(momentum=0.75, epsilon=7.0), (4, 2, 3), ["dx0"]),
        (
            with_momentum_exchanged,
            BatchNormalization(momentum=0.75, epsilon=7.0),
            (4, 2, 3),
            ["moving_mean"],
        ),
    ],
)
def test_a_planted_fault_is_flagged_in_the_tensors_it_moves(fault, layer, shape, moved, wrong):
    expected = tensors(VECTORIZED[type(layer)], layer, (shape,))
    got = tensors(fault(LOOPS[type(layer)]), layer, (shape,))
    assert wrong(expected, got) == moved
