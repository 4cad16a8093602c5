"""Conventions hold for operators that a plugin brings: what is asked of an operator are traits of its class."""

from types import SimpleNamespace

import numpy as np
import pytest

from harness import Case, Layerwise, Network, Unsupported, make_problem
from harness.cases.network import Node
from harness.layerwise import Conventions
from harness.layerwise.alternatives import alternatives
from harness.layerwise.plan import Supplied
from harness.layerwise.tracked import Tracked
from harness.layerwise.translation import TranslatedActivation, TranslatedLayer
from harness.operators.activations import Activation
from harness.operators.layers import Dense, Layer

BATCH, LENGTH, CHANNELS, FILTERS, SIZE = 2, 5, 3, 4, 2
FLOAT32 = np.dtype("float32")


class Conv1D(Layer):
    parameter_names = ("kernel", "bias")
    kernel_axes = "WIO"
    kernel_orders = ("OIW",)
    window = "kernel_size"

    filters: int
    kernel_size: tuple[int, ...]

    def output_shape(self, *input_shapes):
        return (input_shapes[0][0] - self.kernel_size[0] + 1, self.filters)

    def parameters(self, *input_shapes):
        return {"kernel": (*self.kernel_size, input_shapes[0][1], self.filters), "bias": (self.filters,)}


class AveragePooling1D(Layer):
    window = "pool_size"

    pool_size: tuple[int, ...] = (2,)
    strides: tuple[int, ...] = (2,)
    padding: str = "valid"

    def output_shape(self, *input_shapes):
        return ((input_shapes[0][0] - self.pool_size[0]) // self.strides[0] + 1, input_shapes[0][1])


class Shifted(Layer):
    """With a parameter of two axes that is no kernel."""

    parameter_names = ("shift",)

    def output_shape(self, *input_shapes):
        return input_shapes[0]

    def parameters(self, *input_shapes):
        return {"shift": input_shapes[0]}


class Relu6(Activation):
    bends_at_zero = True


def node_of(layer, shape):
    return Node("it", layer, ("input",), (shape,), layer.output_shape(shape))


class Heard:
    """An operator that remembers what it is given and returns it."""

    def forward(self, layer, weights, x):
        self.weights, self.x = weights, x
        return x, None

    def backward(self, layer, weights, cache, dy):
        self.dy = dy
        return dy, dict(weights)


def heard(layer, shape, **declared):
    """Run a layer on numbers that are all different; return what was handed over, what came back, and Keras's own."""
    node = node_of(layer, shape)
    x = np.arange(BATCH * np.prod(shape), dtype="float32").reshape(BATCH, *shape)
    weights = {name: np.arange(np.prod(size), dtype="float32").reshape(size) for name, size in node.parameters.items()}
    operator = Heard()
    translated = TranslatedLayer(operator, Conventions(**declared), node, BATCH, FLOAT32)
    _, cache = translated.forward(layer, weights, x)
    _, gradients = translated.backward(layer, weights, cache, np.zeros((BATCH, *node.output_shape), "float32"))
    return operator, gradients, weights, x


CONV = Conv1D(FILTERS, (SIZE,))
SEQUENCE = (LENGTH, CHANNELS)


def test_a_sequence_and_its_kernel_are_handed_over_in_their_declared_axes_and_come_back():
    operator, gradients, weights, x = heard(CONV, SEQUENCE, layout="NCW", kernel_axes="OIW", bias_axes="O1")
    np.testing.assert_array_equal(operator.x, x.transpose(0, 2, 1))
    np.testing.assert_array_equal(operator.weights["kernel"], weights["kernel"].transpose(2, 1, 0))
    assert operator.weights["bias"].shape == (FILTERS, 1)
    for name, array in weights.items():
        np.testing.assert_array_equal(gradients[name], array)


def test_what_is_declared_of_images_leaves_sequences_as_keras_has_them():
    operator, gradients, weights, x = heard(CONV, SEQUENCE, layout="NCHW", kernel_axes="OIHW")
    np.testing.assert_array_equal(operator.x, x)
    np.testing.assert_array_equal(operator.weights["kernel"], weights["kernel"])
    np.testing.assert_array_equal(gradients["kernel"], weights["kernel"])


def test_a_convolution_flips_the_only_axis_of_places_of_its_kernel():
    operator, gradients, weights, _ = heard(CONV, SEQUENCE, convolution=True)
    np.testing.assert_array_equal(operator.weights["kernel"], weights["kernel"][::-1])
    np.testing.assert_array_equal(gradients["kernel"], weights["kernel"])


def test_a_parameter_of_two_axes_that_is_no_kernel_stays_as_it_is():
    operator, gradients, weights, _ = heard(Shifted(), SEQUENCE, bias_axes="1O", dense_axes="OI")
    np.testing.assert_array_equal(operator.weights["shift"], weights["shift"])
    np.testing.assert_array_equal(gradients["shift"], weights["shift"])


@pytest.mark.parametrize(("remainder", "seen"), [("kept", LENGTH - 1), ("dropped", LENGTH)])
def test_pooling_that_keeps_the_remainder_is_not_shown_any(remainder, seen):
    # The float64 is declared so that there is something to translate in either case.
    operator, *_ = heard(AveragePooling1D(), SEQUENCE, remainder=remainder, dtype="float64")
    assert operator.x.shape == (BATCH, seen, CHANNELS)


def test_the_input_gradient_of_what_was_cut_off_is_zero():
    node = node_of(AveragePooling1D(), SEQUENCE)
    ones = np.ones((BATCH, LENGTH - 1, CHANNELS), "float32")
    operator = SimpleNamespace(backward=lambda *_: (ones, {}))
    translated = TranslatedLayer(operator, Conventions(remainder="kept"), node, BATCH, FLOAT32)
    dx, _ = translated.backward(node.layer, {}, [None], np.zeros((BATCH, *node.output_shape), "float32"))
    assert dx.shape == (BATCH, *SEQUENCE)
    np.testing.assert_array_equal(dx.sum(axis=1), np.full((BATCH, CHANNELS), LENGTH - 1))


def test_the_derivative_at_zero_may_be_declared_of_any_activation_that_bends_there():
    class Sign:
        def forward(self, activation, x):
            return x, x >= 0

        def backward(self, activation, cache, dy):
            return dy * cache

    x = np.array([[0.0, 1.0, -1.0]], "float32")
    translated = TranslatedActivation(Sign(), Conventions(relu_at_zero=1), FLOAT32)
    _, cache = translated.forward(Relu6(), x)
    np.testing.assert_array_equal(translated.backward(Relu6(), cache, np.ones_like(x)), [[0, 1, 0]])


def tried(layer):
    changes = [change for _, change in alternatives(Supplied(Heard()), layer, node_of(layer, SEQUENCE), 1)]
    return {(name, value) for change in changes for name, value in change.items()}


def test_what_is_tried_follows_from_the_traits():
    conv, pool = tried(CONV), tried(AveragePooling1D())
    assert conv >= {("kernel_axes", "OIW"), ("convolution", True), ("layout", "NCW")}
    assert ("remainder", "kept") in pool
    assert {name for name, _ in pool}.isdisjoint({"kernel_axes", "convolution", "ties", "dense_axes"})
    assert ("remainder", "kept") not in conv


def test_a_kernel_with_axes_that_have_no_letters_is_handed_over_as_keras_has_it_and_nothing_is_tried_of_it():
    class Conv3D(Conv1D):
        kernel_axes = "DHWIO"
        kernel_orders = ("OIDHW",)

        def parameters(self, *input_shapes):
            return {"kernel": (3, 3, 2, 1, 4), "bias": (self.filters,)}

    layer = Conv3D(FILTERS, (SIZE,))
    operator, gradients, weights, _ = heard(layer, SEQUENCE, kernel_axes="OIHW", dtype="float32")
    np.testing.assert_array_equal(operator.weights["kernel"], weights["kernel"])
    np.testing.assert_array_equal(gradients["kernel"], weights["kernel"])
    assert {name for name, _ in tried(layer)}.isdisjoint({"kernel_axes", "dense_axes"})


def test_strides_that_follow_from_the_window_are_at_their_default():
    class Pooling(Layer):
        window = "size"

        size: int = 2
        strides: int | None = None

        def __post_init__(self):
            super().__post_init__()
            self.normalize("strides", self.strides or self.size)

    told = Tracked(Pooling(3))
    assert told.size == 3
    told.expect_all_read("mine")


@pytest.mark.parametrize(
    ("layer", "parameter", "error"), [(Dense(2, use_bias=False), "bias", Unsupported), (Dense(2), "beta", KeyError)]
)
def test_only_a_parameter_that_a_layer_may_have_is_one_that_it_can_do_without(layer, parameter, error):
    mine = Layerwise("mine")
    mine.functions("Dense", lambda layer, weights, x: x @ weights["kernel"] + weights[parameter], None)
    with pytest.raises(error, match=parameter):
        mine.run(make_problem(Case(Network((3,), layer))))
