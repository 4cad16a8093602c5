"""Keras's objects come from the names and fields of specifications, also of those that somebody else brings."""

import keras
import numpy as np
import pytest

from harness.cases.case import Case
from harness.cases.network import Network
from harness.cases.problem import make_problem
from harness.errors import HarnessError, Unsupported
from harness.implementation.contract import run
from harness.operators.activations import Activation, LeakyRelu
from harness.operators.layers import Conv2D, Dense, Layer
from harness.operators.losses import Huber, Loss
from harness.operators.optimizers import Optimizer, RMSprop
from impls.keras.building import built, takes_training


class Brought(Layer):
    """A layer that a plugin might bring."""

    def output_shape(self, *input_shapes):
        return input_shapes[0]


class Rescaling(Brought):
    scale: float
    offset: float = 0.0


class LayerNormalization(Brought):
    epsilon: float = 0.001

    def parameters(self, *input_shapes):
        return {"gamma": input_shapes[0], "beta": input_shapes[0]}


class Gated(Brought):
    gate: Activation

    def to_keras(self, dtype):
        gate = built(self.gate, dtype)
        return keras.layers.Lambda(lambda x: x * gate(x), dtype=dtype)


class Halved(Brought):
    """In training only."""

    def to_keras(self, dtype):
        class OfKeras(keras.layers.Layer):
            def call(self, inputs, training=None):
                return inputs / 2 if training else inputs

        return OfKeras(dtype=dtype)


class Unheard(Brought):
    pass


class Silu(Activation):
    pass


class HardSilu(Activation):
    pass


class Celu(Activation):
    alpha: float = 1.0


class Sine(Activation):
    def to_keras(self, dtype):
        return keras.ops.sin


class Unknown(Activation):
    pass


class Poisson(Loss):
    pass


class Summed(Loss):
    def to_keras(self, dtype):
        return keras.losses.MeanSquaredError(reduction="sum", dtype=dtype)


class Distance(Loss):
    pass


class Adamax(Optimizer):
    learning_rate: float = 0.001


class Patient(Optimizer):
    learning_rate: float

    def to_keras(self, dtype):
        return keras.optimizers.SGD(self.learning_rate / 2)


class Newton(Optimizer):
    pass


def observed(implementation, *layers, dtype="float64"):
    problem = make_problem(Case(Network((6,), layers), dtype=dtype))
    trace = run(implementation, problem)
    assert trace.reason == ""
    return problem, trace.observables


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_layer_is_that_of_its_name_with_its_fields_as_arguments(dtype, keras_implementation):
    problem, shown = observed(keras_implementation, Rescaling(0.5, offset=0.25), Dense(3), dtype=dtype)
    x = problem.batches[0].x
    np.testing.assert_array_equal(shown["1/forward/rescaling"], x / 2 + x.dtype.type(0.25), strict=True)
    np.testing.assert_array_equal(shown["1/backward/rescaling"], shown["1/backward/dense"] / 2, strict=True)


def test_a_layer_with_weights_has_those_of_the_problem(keras_implementation):
    problem, shown = observed(keras_implementation, LayerNormalization(epsilon=0.5))
    x, weights = problem.batches[0].x, problem.weights["layer_normalization"]
    deviation = np.sqrt(x.var(axis=-1, keepdims=True) + 0.5)
    expected = (x - x.mean(axis=-1, keepdims=True)) / deviation * weights["gamma"] + weights["beta"]
    np.testing.assert_allclose(shown["1/forward/layer_normalization"], expected, rtol=1e-12)


def test_no_weight_is_drawn_that_is_replaced_anyway():
    layer = built(Conv2D(2, 3), "float32")
    layer.build((None, 5, 5, 3))
    assert not any(variable.numpy().any() for variable in layer.variables)


@pytest.mark.parametrize(
    ("activation", "function"),
    [
        (Silu(), keras.activations.silu),
        (HardSilu(), keras.activations.hard_silu),
        (Celu(0.5), lambda z: keras.activations.celu(z, alpha=0.5)),
        (LeakyRelu(0.5), lambda z: keras.activations.leaky_relu(z, negative_slope=0.5)),
        (Sine(), keras.ops.sin),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_a_fused_activation_is_the_function_of_its_name_with_its_fields_as_arguments(
    activation, function, keras_implementation
):
    _, fused = observed(keras_implementation, Dense(3, activation))
    _, linear = observed(keras_implementation, Dense(3))
    np.testing.assert_array_equal(fused["1/forward/dense"], function(linear["1/forward/dense"]), strict=True)


def test_losses_and_optimizers_are_those_of_their_names_with_their_fields_as_arguments():
    assert isinstance(built(Poisson(), "float64"), keras.losses.Poisson)
    huber = built(Huber(0.25), "float64")
    # delta * |e| - delta²/2
    assert (huber.dtype, float(huber([[0.0]], [[1.0]]))) == ("float64", 0.25 - 0.25**2 / 2)
    assert isinstance(built(Adamax(), "float64"), keras.optimizers.Adamax)
    rmsprop = built(RMSprop(0.5, centered=True), "float64").get_config()
    assert (rmsprop["learning_rate"], rmsprop["centered"]) == (0.5, True)


def test_what_keras_has_under_no_name_brings_its_own(keras_implementation):
    problem, shown = observed(keras_implementation, Gated(Silu()))
    x = problem.batches[0].x
    np.testing.assert_array_equal(shown["1/forward/gated"], x * np.asarray(keras.activations.silu(x)), strict=True)
    assert built(Summed(), "float64").reduction == "sum"
    assert built(Patient(0.5), "float64").get_config()["learning_rate"] == 0.25


@pytest.mark.parametrize(
    ("specification", "message"),
    [
        (Unheard(), "Keras has no layer Unheard: expected one of that name in keras.layers"),
        (Unknown(), "Keras has no activation unknown: expected one of that name in keras.activations"),
        (Distance(), "Keras has no loss Distance: expected one of that name in keras.losses"),
        (Newton(), "Keras has no optimizer Newton: expected one of that name in keras.optimizers"),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_what_keras_does_not_have_is_declined_with_what_would_help(specification, message):
    with pytest.raises(Unsupported, match=message) as declined:
        built(specification, "float32")
    assert f"a method to_keras(self, dtype) of {specification.kind}" in str(declined.value)


def test_a_case_of_such_a_layer_is_unsupported(keras_implementation):
    trace = run(keras_implementation, make_problem(Case(Network((6,), (Unheard(), Dense(2))))))
    assert (trace.status, trace.reason.partition(":")[0]) == ("unsupported", "Keras has no layer Unheard")


class UnitNormalization(Brought):
    length: float = 1.0


class Tanh(Activation):
    steepness: float = 1.0


class Hinge(Loss):
    margin: float = 1.0


class Lion(Optimizer):
    teeth: float = 30.0


@pytest.mark.parametrize(
    ("specification", "field"),
    [(UnitNormalization(), "length"), (Tanh(), "steepness"), (Hinge(), "margin"), (Lion(), "teeth")],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_fields_that_are_no_arguments_of_keras_are_named(specification, field):
    with pytest.raises(HarnessError, match=f"{specification.kind} expected Keras's .*{field}.*to_keras") as refused:
        built(specification, "float32")
    assert not isinstance(refused.value, Unsupported)


def test_a_layer_is_told_whether_it_is_in_training_where_its_call_asks(keras_implementation):
    problem, shown = observed(keras_implementation, Halved())
    x = problem.batches[0].x
    np.testing.assert_array_equal(shown["1/forward/halved"], x / 2, strict=True)
    np.testing.assert_array_equal(shown["final/forward"], x, strict=True)
    assert takes_training(built(Halved(), "float32"))
    assert not takes_training(built(Rescaling(2.0), "float32"))
