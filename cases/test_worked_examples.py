"""The three worked examples of the course notebook, and the numbers its document printed for Keras."""

import json
from pathlib import Path

import numpy as np
import pytest

from harness import SGD, Conv2D, Dense, Flatten, MaxPooling2D, grid, make_problem, notebook, verifies

EXAMPLES = {
    example["name"]: example
    for example in json.loads(Path(__file__).with_name("worked_examples.json").read_text())["examples"]
}


def worked_example_1():
    """Return one convolution and one neuron."""
    return [Conv2D(1, 3, activation="sigmoid"), Flatten(), Dense(1, "sigmoid")]


def worked_example_2():
    """Return two convolutions and one neuron."""
    return [Conv2D(2, 3, activation="sigmoid"), Conv2D(1, 3, activation="sigmoid"), Flatten(), Dense(1, "sigmoid")]


def worked_example_3():
    """Return a convolution, a pooling and one neuron."""
    return [Conv2D(2, 3, activation="sigmoid"), MaxPooling2D(2), Flatten(), Dense(1, "sigmoid")]


def example(network, input_shape):
    """Return one worked example: one sample, one step, a learning rate that shows every digit."""
    return grid(
        network,
        input_shape=input_shape,
        loss="mean_squared_error",
        optimizer=SGD(learning_rate=100.0),
        batch_size=1,
        steps=1,
        data=notebook,
    )


WORKED_EXAMPLES = (
    example(worked_example_1, (5, 5, 1)) + example(worked_example_2, (7, 7, 1)) + example(worked_example_3, (8, 8, 1))
)


@verifies(WORKED_EXAMPLES)
def test_worked_examples(): ...


def worked(number, dtype):
    """Return the case of one worked example."""
    (case,) = [
        case for case in WORKED_EXAMPLES if case.name.startswith(f"worked_example_{number}-") and case.dtype == dtype
    ]
    return case


def fifth_decimals(numbers):
    """Return numbers in units of the last digit that the document printed."""
    return np.round(np.asarray(numbers, dtype=np.float64) * 1e5)


def as_printed(name, observables):
    """Return what the document printed under a name: kernels of convolutions are reshaped, not transposed."""
    if name == "output_after":
        return observables["final/forward"].reshape(())
    layer, parameter = name.removesuffix("_as_printed").rsplit("_", 1)
    values = observables[f"1/update/{layer}/{parameter}"]
    if name.endswith("_as_printed"):
        return values.reshape(values.shape[3], values.shape[2], 3, 3)
    return values.reshape(-1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("number", "name"),
    [(number, name) for number in (2, 3) for name in EXAMPLES[f"example_{number}"]["published"]],
)
def test_worked_example_gives_the_published_numbers(number, name, dtype, keras_observables):
    printed = np.asarray(EXAMPLES[f"example_{number}"]["published"][name])
    got = as_printed(name, keras_observables(worked(number, dtype))).reshape(printed.shape)
    assert np.abs(fifth_decimals(got) - fifth_decimals(printed)).max() <= 1


@pytest.mark.parametrize("number", [2, 3])
def test_worked_example_prints_every_weight(number):
    parameters = {
        f"{node.name}_{parameter}" for node in worked(number, "float64").network.nodes for parameter in node.parameters
    }
    printed = {name.removesuffix("_as_printed") for name in EXAMPLES[f"example_{number}"]["published"]}
    assert printed == parameters | {"output_after"}


@pytest.mark.parametrize(("number", "label"), [(1, 0.63992102), (2, 0.36371), (3, 0.19658)])
def test_worked_example_draws_the_published_label(number, label):
    (batch,) = make_problem(worked(number, "float64")).batches
    decimals = 8 if number == 1 else 5
    assert round(batch.y.item(), decimals) == label


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_worked_example_1_predicts_what_keras_printed_and_not_the_notebook(dtype, keras_observables):
    # The notebook's own network, whose forward pass kept the bias from before the step, gives 0.94972.
    assert fifth_decimals(keras_observables(worked(1, dtype))["final/forward"].item()) == fifth_decimals(0.94939)
