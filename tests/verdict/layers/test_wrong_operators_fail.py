"""A wrong rule fails at its own observable and at no other."""

from types import SimpleNamespace

import numpy as np
import pytest
from networks_of_one_layer import DTYPES, case_of, failures, original_of, output_layer, with_operator

from harness.cases.case import Case
from harness.cases.data import ties
from harness.cases.network import Network
from harness.operators.layers import AveragePooling2D

FUNCTIONS = ("forward", "backward", "moving", "infer")


def changed(kind, forward=None, backward=None, moving=None, infer=None):
    """Return the vectorized operator with one function's result sent through another function."""
    original = original_of(kind)
    functions = {name: getattr(original, name) for name in FUNCTIONS if hasattr(original, name)}
    if forward:
        functions["forward"] = lambda *arguments: forward(*original.forward(*arguments))
    if backward:
        functions["backward"] = lambda *arguments: backward(*original.backward(*arguments))
    if moving:
        functions["moving"] = lambda *arguments: moving(dict(original.moving(*arguments)))
    if infer:
        functions["infer"] = lambda *arguments: infer(original.infer(*arguments))
    return SimpleNamespace(**functions)


def one_element(array, factor=1 + 2.0**-13):
    """Return the array with one element off by a relative error of 1e-4."""
    altered = array.copy()
    place = np.unravel_index(np.abs(array).argmax(), array.shape)
    altered[place] *= array.dtype.type(factor)
    return altered


@pytest.mark.parametrize("statistic", ["moving_mean", "moving_variance"])
def test_a_moving_statistic_that_is_off_fails_there_and_nowhere_else(statistic):
    operator = changed("BatchNormalization", moving=lambda found: {**found, statistic: one_element(found[statistic])})
    found = failures(case_of("BatchNormalization"), with_operator("BatchNormalization", operator))
    assert found == {f"1/update/batch_normalization/{statistic}"}


def test_a_prediction_that_is_off_fails_there_and_nowhere_else():
    operator = changed("BatchNormalization", infer=one_element)
    assert failures(case_of("BatchNormalization"), with_operator("BatchNormalization", operator)) == {"final/forward"}


def doubled(x, pool=2):
    """Return every pixel of a batch of images pool × pool times."""
    return x.repeat(pool, axis=1).repeat(pool, axis=2)


def to_every_maximum(layer, weights, x, dy):
    batch, height, width, channels = x.shape
    largest = x.reshape(batch, height // 2, 2, width // 2, 2, channels).max(axis=(2, 4))
    return np.where(x == doubled(largest), doubled(dy), 0).astype(dy.dtype), {}


def test_a_gradient_for_every_maximum_of_a_window_fails_where_there_are_ties_and_only_there():
    original = original_of("MaxPooling2D")
    operator = SimpleNamespace(
        forward=lambda layer, weights, x: (original.forward(layer, weights, x)[0], x), backward=to_every_maximum
    )
    wrong = with_operator("MaxPooling2D", operator)
    assert not failures(case_of("MaxPooling2D"), wrong)
    assert failures(case_of("MaxPooling2D", data=ties), wrong) == {"1/backward/max_pooling2d"}
    assert not failures(case_of("MaxPooling2D", data=ties), with_operator("MaxPooling2D", original))


def turned(weights):
    return {**weights, "kernel": np.ascontiguousarray(weights["kernel"][::-1, ::-1])}


def without_bias(weights):
    return {**weights, "bias": np.zeros_like(weights["bias"])}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("change", [turned, without_bias])
@pytest.mark.parametrize("kind", ["Conv2D", "Conv2DTranspose", "DepthwiseConv2D"])
def test_an_output_from_other_weights_fails_there_and_nowhere_else(kind, change, dtype):
    original = original_of(kind)
    operator = changed(kind)
    operator.forward = lambda layer, weights, x: original.forward(layer, change(weights), x)
    found = failures(case_of(kind, dtype), with_operator(kind, operator))
    assert found == {f"1/forward/{output_layer(kind)}", "final/forward"}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", ["Conv2D", "Conv2DTranspose", "DepthwiseConv2D"])
def test_an_input_gradient_from_a_turned_kernel_fails_there_and_nowhere_else(kind, dtype):
    original = original_of(kind)
    operator = changed(kind)

    def backward(layer, weights, cache, dy):
        dx, _ = original.backward(layer, turned(weights), cache, dy)
        return dx, original.backward(layer, weights, cache, dy)[1]

    operator.backward = backward
    assert failures(case_of(kind, dtype), with_operator(kind, operator)) == {f"1/backward/{output_layer(kind)}"}


def averaged(gradients):
    return {name: gradient / 7 for name, gradient in gradients.items()}


def summed_over_all_axes(gradients):
    return {**gradients, "bias": np.full_like(gradients["bias"], gradients["bias"].sum())}


@pytest.mark.parametrize(("change", "parameters"), [(averaged, ("kernel", "bias")), (summed_over_all_axes, ("bias",))])
@pytest.mark.parametrize("kind", ["Conv2D", "Conv2DTranspose", "Dense", "DepthwiseConv2D"])
def test_gradients_of_parameters_by_another_rule_fail_there_and_nowhere_else(kind, change, parameters):
    operator = changed(kind, backward=lambda dx, gradients: (dx, change(gradients)))
    expected = {f"1/gradient/{output_layer(kind)}/{parameter}" for parameter in parameters}
    assert failures(case_of(kind), with_operator(kind, operator)) == expected


def test_a_normalization_that_ignores_the_gradient_through_its_statistics_fails_there_and_nowhere_else():
    original = original_of("BatchNormalization")
    operator = changed("BatchNormalization")

    def backward(layer, weights, cache, dy):
        _, gradients = original.backward(layer, weights, cache, dy)
        return dy * cache.inverse_deviation * weights["gamma"], gradients

    operator.backward = backward
    found = failures(case_of("BatchNormalization"), with_operator("BatchNormalization", operator))
    assert found == {"1/backward/batch_normalization"}


def test_a_moving_variance_with_bessels_correction_fails_there_and_nowhere_else():
    original = original_of("BatchNormalization")
    operator = changed("BatchNormalization")
    n = 7 * 6 * 8

    def moving(layer, weights, cache):
        return original.moving(layer, weights, cache._replace(variance=cache.variance * np.float32(n / (n - 1))))

    operator.moving = moving
    found = failures(case_of("BatchNormalization"), with_operator("BatchNormalization", operator))
    assert found == {"1/update/batch_normalization/moving_variance"}


def test_an_average_over_the_padding_as_well_fails_there_and_nowhere_else():
    case = Case(Network((5, 5, 2), AveragePooling2D(3, strides=2, padding="same")))
    original = original_of("AveragePooling2D")
    operator = changed("AveragePooling2D")

    def forward(layer, weights, x):
        y, windows = original.forward(layer, weights, x)
        y[:, 0] *= np.float32(2 / 3)
        return y, windows

    operator.forward = forward
    found = failures(case, with_operator("AveragePooling2D", operator))
    assert found == {"1/forward/average_pooling2d", "final/forward"}
