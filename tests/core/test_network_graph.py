"""Networks as graphs: names by Keras's rule, sources, shapes."""

import re

import pytest

from harness.cases.network import Network
from harness.errors import SpecificationError
from harness.operators.layers import Activation, Add, Concatenate, Conv2D, Conv2DTranspose, Dense, Flatten, MaxPooling2D


def test_layers_without_names_are_named_by_keras_rule():
    layers = (
        Conv2D(4, 1), Conv2DTranspose(3, 1), Conv2D(3, 1, name="own"), MaxPooling2D(1), Conv2D(3, 1), Conv2D(3, 1),
        Flatten(), Dense(2),
    )  # fmt: skip
    assert Network((3, 3, 2), layers).names == (
        "conv2d", "conv2d_transpose", "own", "max_pooling2d", "conv2d_1", "conv2d_2", "flatten", "dense",
    )  # fmt: skip


def test_a_layer_reads_the_one_before_it_unless_it_says_otherwise():
    network = Network(
        (6,), (Dense(3, name="left"), Dense(3, name="right", inputs="input"), Add(inputs=("left", "right")), Dense(2))
    )
    assert [node.inputs for node in network.nodes] == [("input",), ("input",), ("left", "right"), ("add",)]


def test_shapes_are_worked_out_along_the_graph():
    network = Network(
        (7, 6, 3),
        (
            Conv2D(4, (3, 2), name="a"),
            Conv2D(5, (3, 2), padding="same", name="b"),
            Concatenate(inputs=("a", "b")),
            MaxPooling2D(2),
            Flatten(),
        ),
    )
    assert [node.output_shape for node in network.nodes] == [(5, 5, 4), (5, 5, 5), (5, 5, 9), (2, 2, 9), (36,)]
    assert network.output_shape == (36,)
    assert network.nodes[0].parameters == {"kernel": (3, 2, 3, 4), "bias": (4,)}


@pytest.mark.parametrize(
    ("input_shape", "layers", "message"),
    [
        ((6,), (Dense(3, name="a"), Dense(3, name="a")), "Network expected layer names to differ, got 'a' 2 times."),
        ((6,), (Dense(3, name="dense"), Dense(3)), "Network expected layer names to differ, got 'dense' 2 times."),
        ((6,), Dense(3, name="input"), "got 'input' 2 times (a reserved name)."),
        ((6,), Dense(3, name="loss"), "got 'loss' 2 times (a reserved name)."),
        ((6,), (Dense(3, inputs="later"), Dense(3, name="later")), "layer 'dense' reads 'later', which does not come"),
        (
            (6,),
            (Dense(3), Dense(3, inputs="dense_1")),
            "layer 'dense_1' reads 'dense_1', which does not come before it",
        ),
        ((6,), (Dense(3), Dense(3, inputs="input")), "layer 'dense' is read by no layer and is not the last."),
        ((6,), (Dense(3), Add(inputs=("dense", "dense"))), "layer 'add' reads one input twice: ('dense', 'dense')."),
        ((6,), (), "Network expected layers to be one or more layers, got layers=()."),
        ((6,), None, "Network expected layers to be one or more layers, got layers=None."),
        ((6,), (5,), "Network expected layers, got 5."),
        ((6,), (Dense,), "Network expected layers, got <class 'harness.operators.layers.dense.Dense'>."),
        ((6, 0), Flatten(), "Network expected input_shape to be one or more positive integers, without the batch, got"),
        ((6, -1), Flatten(), "without the batch, got input_shape=(6, -1)."),
        (6, Dense(3), "without the batch, got input_shape=6."),
        ((), Dense(3), "without the batch, got input_shape=()."),
    ],
)
def test_what_is_no_network_is_refused_with_the_layer_and_the_reason(input_shape, layers, message):
    with pytest.raises(SpecificationError, match=re.escape(message)):
        Network(input_shape, layers)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "a/b"}, "Dense expected name to be letters, digits and underscores, got name='a/b'."),
        ({"name": ""}, "Dense expected name to be letters, digits and underscores, got name=''."),
        ({"name": 5}, "Dense expected name to be letters, digits and underscores, got name=5."),
        ({"inputs": ()}, "Dense expected inputs to be one or more names of layers, got inputs=()."),
        ({"inputs": 5}, "Dense expected inputs to be one or more names of layers, got inputs=5."),
        ({"inputs": ("a", 5)}, "Dense expected inputs to be one or more names of layers, got inputs=('a', 5)."),
    ],
)
def test_what_cannot_be_a_name_is_refused(arguments, message):
    with pytest.raises(SpecificationError, match=re.escape(message)):
        Dense(3, **arguments)


def test_a_single_layer_is_a_network():
    assert Network((6,), Activation("relu")) == Network((6,), (Activation("relu"),))
