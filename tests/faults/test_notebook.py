"""The notebook's network gives the numbers that the notebook printed, and is caught where its faults are."""

import json
from pathlib import Path

import numpy as np
import pytest

from harness.cases.case import Case
from harness.cases.data import notebook
from harness.cases.network import Network
from harness.cases.problem import make_problem
from harness.implementation.contract import run
from harness.operators.layers import Conv2D, Dense, Flatten, MaxPooling2D
from harness.operators.optimizers import SGD
from harness.plugins.loading import load_plugins

EXAMPLES = {
    example["name"]: example
    for example in json.loads((Path(__file__).parents[2] / "cases" / "worked_examples.json").read_text())["examples"]
}
NETWORKS = {
    1: ((5, 5, 1), (Conv2D(1, 3, activation="sigmoid"), Flatten(), Dense(1, "sigmoid"))),
    2: (
        (7, 7, 1),
        (Conv2D(2, 3, activation="sigmoid"), Conv2D(1, 3, activation="sigmoid"), Flatten(), Dense(1, "sigmoid")),
    ),
    3: ((8, 8, 1), (Conv2D(2, 3, activation="sigmoid"), MaxPooling2D(2), Flatten(), Dense(1, "sigmoid"))),
}
TRANSPOSED = {"1/backward/conv2d", "final/forward"}
# With several filters the kernels are scrambled, and with them every gradient of a convolution but one filter's bias.
SCRAMBLED = {"1/forward/conv2d", "1/gradient/conv2d/kernel", "1/gradient/conv2d/bias"}
FAILING = {
    1: TRANSPOSED,
    2: TRANSPOSED | SCRAMBLED | {"1/forward/conv2d_1", "1/gradient/conv2d_1/kernel", "1/backward/conv2d_1"},
    3: TRANSPOSED | SCRAMBLED | {"1/backward/max_pooling2d", "1/forward/flatten", "1/backward/flatten"},
}


def worked(number):
    """Return one worked example as the notebook computed it: float64, one sample, one step."""
    shape, layers = NETWORKS[number]
    optimizer = SGD(learning_rate=100.0)
    return Case(Network(shape, layers), optimizer=optimizer, batch_size=1, data=notebook, dtype="float64")


@pytest.fixture(scope="module")
def implementation():
    return load_plugins().implementations["notebook"]


@pytest.fixture(scope="module")
def shown(implementation):
    return {number: run(implementation, make_problem(worked(number))).observables for number in NETWORKS}


@pytest.mark.parametrize(
    ("number", "name"), [(number, name) for number in (2, 3) for name in EXAMPLES[f"example_{number}"]["notebook"]]
)
def test_the_notebook_gives_every_digit_that_it_printed(number, name, shown):
    printed = np.asarray(EXAMPLES[f"example_{number}"]["notebook"][name])
    if name == "output_after":
        got = shown[number]["final/forward"]
    else:
        layer, parameter = name.rsplit("_", 1)
        got = shown[number][f"1/update/{layer}/{parameter}"]
    # The notebook's kernels hold Keras's elements in their order, under another shape.
    assert np.array_equal(np.round(got.reshape(printed.shape), 5), printed)


def test_the_first_example_predicts_with_the_bias_from_before_the_step(shown):
    assert round(shown[1]["final/forward"].item(), 5) == 0.94972


@pytest.mark.parametrize("number", NETWORKS)
def test_the_notebook_is_caught_at_exactly_the_stages_that_its_faults_touch(number, implementation, failing_stages):
    assert set(failing_stages(implementation, worked(number))) == FAILING[number]


def test_the_notebook_runs_only_when_it_is_named():
    plugins = load_plugins()
    assert "notebook" not in {found.name for found in plugins.choose([])}
    assert [found.name for found in plugins.choose(["notebook"])] == ["notebook"]
