"""The textbook network on the course notebook's examples, against the numbers that its document printed for Keras."""

import json
from pathlib import Path

import numpy as np
import pytest

import impls.loops.textbook.convolution_layer as convolution_layer
from impls.loops import ConvolutionLayer, FlattenLayer, FullyConnectedLayer, MaxPoolingLayer, Network

PATH = Path(__file__).parents[2] / "cases" / "worked_examples.json"
EXAMPLES = {example["name"]: example for example in json.loads(PATH.read_text())["examples"]}
PUBLISHED = [name for name, example in EXAMPLES.items() if example["published"]]
# What was printed has five decimals, of which Keras's float32 left the last one open by 1.
DECIMALS, OPEN = 5, 1


def trained(example, convolution=ConvolutionLayer):
    """Return the network after its one step with everything the document printed, the kernels as it printed them."""
    draw = np.random.RandomState(0).rand
    tensors = {name: draw(*shape) for name, shape in example["draws"]}
    network = Network(tensors["x"].shape[1:])
    names = []
    for description in example["network"]:
        kind = description.partition("(")[0]
        if kind == "Conv2D":
            name = "conv2d_1" if "conv2d" in names else "conv2d"
            kernel = tensors[f"{name}.kernel"]
            network.add(convolution(kernel.shape[3], kernel.shape[:2], "sigmoid", kernel, tensors[f"{name}.bias"]))
        elif kind == "Dense":
            name = "dense"
            network.add(FullyConnectedLayer(1, "sigmoid", tensors["dense.kernel"], tensors["dense.bias"]))
        else:
            name = kind
            network.add(FlattenLayer() if kind == "Flatten" else MaxPoolingLayer(2))
        names.append(name)
    network.train(tensors["x"], tensors["y"].reshape(1, 1), epochs=1, learning_rate=100.0)
    shown = {"output_after": network.forward(tensors["x"])}
    for name, layer in zip(names, network.layers, strict=True):
        for weight, array in layer.weights.items():
            if array.ndim == 4:
                height, width, channels, filters = array.shape
                shown[f"{name}_{weight}_as_printed"] = array.reshape(filters, channels, height, width)
            else:
                shown[f"{name}_{weight}"] = array
    return shown


def unlike_the_document(shown, published):
    """Return the names of what differs from the document in the fifth decimal by more than 1."""
    assert shown.keys() == published.keys()
    unit = 10**DECIMALS
    return {
        name
        for name, array in shown.items()
        if (np.abs(np.rint(array.ravel() * unit) - np.rint(np.ravel(published[name]) * unit)) > OPEN).any()
    }


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_network_trains_to_the_published_numbers(name):
    assert unlike_the_document(trained(EXAMPLES[name]), EXAMPLES[name]["published"]) == set()


def test_two_examples_were_published():
    assert PUBLISHED == ["example_2", "example_3"]


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_bias_gradient_summed_over_the_filters_is_flagged(name):
    class Summed(ConvolutionLayer):
        def update(self, learning_rate):
            total = sum(filter_.dbias for filter_ in self.filters)
            for filter_ in self.filters:
                filter_.dbias = total
            super().update(learning_rate)

    assert "conv2d_bias" in unlike_the_document(trained(EXAMPLES[name], Summed), EXAMPLES[name]["published"])


def test_an_input_gradient_with_the_kernel_transposed_instead_of_turned_is_flagged():
    class Transposed(ConvolutionLayer):
        def _full_correlation(self, deltas):
            kernels = [filter_.kernel for filter_ in self.filters]
            for filter_, kernel in zip(self.filters, kernels, strict=True):
                # Turned by the layer, what is handed to it turned and transposed is only transposed.
                filter_.kernel = np.array(kernel)[::-1, ::-1].swapaxes(0, 1).tolist()
            dx = super()._full_correlation(deltas)
            for filter_, kernel in zip(self.filters, kernels, strict=True):
                filter_.kernel = kernel
            return dx

    example = EXAMPLES["example_2"]
    assert {"conv2d_bias", "conv2d_kernel_as_printed"} <= unlike_the_document(
        trained(example, Transposed), example["published"]
    )


def test_neurons_that_keep_the_bias_of_their_construction_are_flagged(monkeypatch):
    class Stale(convolution_layer.ConvolutionNeuron):
        def __init__(self, filter_, row, column, activation):
            super().__init__(filter_, row, column, activation)
            self.bias = filter_.bias

        def weighted_sum(self, image):
            return super().weighted_sum(image) - self.filter.bias + self.bias

    right = trained(EXAMPLES["example_1"])
    monkeypatch.setattr(convolution_layer, "ConvolutionNeuron", Stale)
    wrong = trained(EXAMPLES["example_1"])
    # Keras gives the first number; the notebook, whose neurons kept their bias, printed the other.
    assert unlike_the_document({"output_after": right["output_after"]}, {"output_after": 0.94939}) == set()
    assert unlike_the_document({"output_after": wrong["output_after"]}, {"output_after": 0.94939}) == {"output_after"}
    assert unlike_the_document({"output_after": wrong["output_after"]}, {"output_after": 0.94972}) == set()
