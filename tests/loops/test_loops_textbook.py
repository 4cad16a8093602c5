"""The textbook's neurons and layers, one by one, against the operators, on integers."""

import numpy as np

import impls.loops
from harness.layerwise import operators_in
from harness.operators.layers import Conv2D, Dense, Flatten, MaxPooling2D
from impls.loops import (
    ConvolutionLayer,
    ConvolutionNeuron,
    FlattenLayer,
    FullyConnectedLayer,
    MaxPoolingLayer,
    Neuron,
)
from impls.loops.textbook.activation import activation_named
from impls.loops.textbook.convolution_filter import ConvolutionFilter

OPERATORS = operators_in(impls.loops)
BATCH = 3


def both(layer, specification, x, dy, weights):
    """Return the tensors of a textbook layer and those of the operator of the same layer."""
    built = layer.build(x.shape[1:], None)
    y = layer.forward(x)
    assert y.shape[1:] == built
    dx = layer.backward(dy)
    before = layer.weights
    layer.update(1.0)
    gradients = {name: before[name] - after for name, after in layer.weights.items()}
    operator = OPERATORS[type(specification)]
    y_expected, cache = operator.forward(specification, weights, x)
    dx_expected, gradients_expected = operator.backward(specification, weights, cache, dy)
    return (
        {"y": y_expected, "dx": dx_expected, **gradients_expected},
        {"y": y, "dx": dx, **gradients},
    )


def convolution(layer_class, integers):
    kernel, bias = integers(3, 2, 4, 5), integers(5)
    return both(
        layer_class(5, (3, 2), "linear", kernel, bias),
        Conv2D(5, (3, 2)),
        integers(BATCH, 6, 5, 4),
        integers(BATCH, 4, 4, 5),
        {"kernel": kernel, "bias": bias},
    )


def test_a_convolution_layer_of_neurons_has_the_bits_of_the_operator(integers, wrong):
    assert wrong(*convolution(ConvolutionLayer, integers)) == []


def test_a_delta_correlated_with_a_kernel_that_is_not_turned_is_flagged(integers, wrong):
    class Unturned(ConvolutionLayer):
        def _full_correlation(self, deltas):
            for filter_ in self.filters:
                filter_.kernel = [row[::-1] for row in filter_.kernel[::-1]]
            dx = super()._full_correlation(deltas)
            for filter_ in self.filters:
                filter_.kernel = [row[::-1] for row in filter_.kernel[::-1]]
            return dx

    assert wrong(*convolution(Unturned, integers)) == ["dx"]


def test_a_bias_gradient_summed_over_the_filters_is_flagged(integers, wrong):
    class Summed(ConvolutionLayer):
        def update(self, learning_rate):
            total = sum(filter_.dbias for filter_ in self.filters)
            for filter_ in self.filters:
                filter_.dbias = total
            super().update(learning_rate)

    assert wrong(*convolution(Summed, integers)) == ["bias"]


def test_a_fully_connected_layer_of_neurons_has_the_bits_of_the_operator(integers, wrong):
    kernel, bias = integers(7, 4), integers(4)
    layer, weights = FullyConnectedLayer(4, "linear", kernel, bias), {"kernel": kernel, "bias": bias}
    assert wrong(*both(layer, Dense(4), integers(BATCH, 7), integers(BATCH, 4), weights)) == []


def test_a_max_pooling_layer_has_the_bits_of_the_operator_with_ties_and_a_remainder(integers, wrong):
    x, dy = integers(BATCH, 7, 8, 4), integers(BATCH, 2, 2, 4)
    assert wrong(*both(MaxPoolingLayer(3), MaxPooling2D(3), x, dy, {})) == []


def test_a_max_pooling_layer_remembers_no_place_from_the_step_before(integers):
    layer = MaxPoolingLayer(2)
    layer.build((4, 4, 3), None)
    layer.forward(integers(BATCH, 4, 4, 3))
    layer.backward(integers(BATCH, 2, 2, 3))
    x = np.zeros((1, 4, 4, 3))
    x[0, 1, 1] = x[0, 1, 3] = x[0, 3, 1] = x[0, 3, 3] = 1.0
    layer.forward(x)
    assert np.array_equal(layer.backward(np.ones((1, 2, 2, 3))), x)


def test_a_flatten_layer_has_the_bits_of_the_operator(integers, wrong):
    assert wrong(*both(FlattenLayer(), Flatten(), integers(BATCH, 2, 5, 4), integers(BATCH, 40), {})) == []


def test_a_neuron_weighs_sums_and_learns():
    neuron = Neuron([2.0, -1.0], 0.5, activation_named("linear"))
    assert neuron.forward([[3.0, 4.0], [0.0, 1.0]]) == [2.5, -0.5]
    assert neuron.backward([1.0, 2.0]) == [1.0, 2.0]
    neuron.update(0.5)
    assert (neuron.weights, neuron.bias) == ([2.0 - 0.5 * 3.0, -1.0 - 0.5 * 6.0], 0.5 - 0.5 * 3.0)


def test_a_sigmoid_neuron_multiplies_its_delta_by_the_slope():
    neuron = Neuron([1.0], 0.0, activation_named("sigmoid"))
    assert neuron.forward([[0.0]]) == [0.5]
    assert neuron.backward([8.0]) == [2.0]


def test_a_convolution_neuron_sees_its_window_and_teaches_its_filter():
    filter_ = ConvolutionFilter(np.array([[[1.0], [2.0]]]), 3.0)
    neuron = ConvolutionNeuron(filter_, 1, 0, activation_named("linear"))
    assert neuron.forward([[[[9.0], [9.0]], [[4.0], [5.0]]]]) == [3.0 + 4.0 + 10.0]
    assert neuron.derivative() == [1.0]
    assert neuron.backward([2.0]) == [2.0]
    assert (filter_.dkernel, filter_.dbias) == ([[[8.0], [10.0]]], 2.0)


def test_an_update_of_a_filter_reaches_every_one_of_its_neurons(integers):
    layer = ConvolutionLayer(2, 2, "linear", integers(2, 2, 1, 2), integers(2))
    layer.build((3, 3, 1), None)
    x = integers(1, 3, 3, 1)
    before = layer.forward(x)
    layer.backward(np.ones((1, 2, 2, 2)))
    layer.update(1.0)
    fresh = ConvolutionLayer(2, 2, "linear", layer.weights["kernel"], layer.weights["bias"])
    fresh.build((3, 3, 1), None)
    assert np.array_equal(layer.forward(x), fresh.forward(x))
    assert not np.array_equal(layer.forward(x), before)
