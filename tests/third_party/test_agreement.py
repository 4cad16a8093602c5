"""Each third-party implementation passes a network of many kinds of layers, and fails with one thing wrong in it."""

from dataclasses import replace

import pytest

from harness.cases.case import Case
from harness.cases.network import Network
from harness.cases.problem import make_problem
from harness.implementation.contract import run
from harness.judging.judge import Subject, judge
from harness.layerwise import Layerwise
from harness.operators.activations import LeakyRelu, Relu
from harness.operators.layers import (
    Add,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Flatten,
    MaxPooling2D,
)
from harness.operators.optimizers import Adam
from tests.third_party.conftest import ROOMS, installed

LAYERS = (
    Conv2D(4, (3, 2), strides=2, padding="same", groups=2, activation="relu", name="below"),
    BatchNormalization(),
    Conv2DTranspose(4, (3, 2), padding="same"),
    Add(inputs=("below", "conv2d_transpose")),
    DepthwiseConv2D(2, depth_multiplier=2, padding="same"),
    MaxPooling2D(2, strides=1, padding="same"),
    AveragePooling2D((2, 1), strides=1),
    Flatten(),
    Dense(3, "softmax"),
)
CASE = Case(Network((5, 7, 4), LAYERS), loss="categorical_crossentropy", optimizer=Adam(0.25), steps=2, batch_size=3)
# Without what has no kernel in float64 and no inference of a batch's own statistics.
FORWARD = Case(Network((5, 7, 4), (MaxPooling2D(2), Flatten(), Dense(3, "softmax"))))
# In fit a cross-entropy looks behind a softmax and leaves out the clip, which is a finding and not meant here.
FITTED = CASE.with_(loss="mean_squared_error")
EVERYTHING = ("torch", "jax")


def rows(implementation, case):
    """Judge by the definition alone: no reference has to be run for that."""
    problem = make_problem(case)
    trace = run(implementation, problem)
    return judge(problem, Subject.of(implementation, case), trace).rows


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", EVERYTHING)
def test_a_network_of_many_layers_passes_in_every_observable(name, dtype):
    assert {row.verdict for row in rows(installed(name), CASE.with_(dtype=dtype))} == {"pass"}


@pytest.mark.parametrize("name", EVERYTHING)
def test_the_same_network_fails_with_another_activation_in_the_place_of_one(name):
    operators = installed(name).layerwise.operators

    class Wrong:
        def forward(self, activation, x):
            return operators[LeakyRelu].forward(LeakyRelu(2.0**-20), x)

        def backward(self, activation, cache, dy):
            return operators[Relu].backward(Relu(), operators[Relu].forward(Relu(), dy)[1], dy)

    wrong = Layerwise(name, operators={**operators, Relu: Wrong()})
    assert "fail" in {row.verdict for row in rows(wrong, CASE)}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["keras-jax", "keras-torch"])
def test_keras_on_another_backend_passes_from_a_process_of_its_own(name):
    implementation = installed(name)
    try:
        assert {row.verdict for row in rows(implementation, CASE)} == {"pass"}
    finally:
        implementation.close()


def test_fit_shows_updates_and_the_last_prediction_and_they_pass():
    judged = rows(installed("keras-fit"), FITTED)
    shown = [row for row in judged if row.observable.kind == "update" or row.observable.name == "final/forward"]
    assert {row.verdict for row in shown} == {"pass"}
    assert {row.verdict for row in judged if row.observable.kind in ("loss", "gradient", "backward")} == {"unobserved"}


def test_an_update_of_fit_fails_against_a_case_with_another_rate():
    implementation = installed("keras-fit")
    problem = make_problem(FITTED)
    trace = run(implementation, problem)
    other = FITTED.with_(optimizer=Adam(0.251))
    wrong = judge(replace(problem, case=other), Subject.of(implementation, other), trace).rows
    assert "fail" in {row.verdict for row in wrong if row.observable.kind == "update"}


def test_statistics_move_in_fit_where_there_is_nothing_to_train():
    layers = (BatchNormalization(center=False, scale=False),)
    judged = rows(installed("keras-fit"), Case(Network((5,), layers), batch_size=3))
    assert {row.verdict for row in judged if row.observable.kind == "update"} == {"pass"}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_forward_pass_alone_is_judged_and_the_rest_is_unobserved(dtype):
    judged = rows(installed("onnxruntime"), FORWARD.with_(dtype=dtype))
    assert {row.verdict for row in judged if row.observable.startswith("1/forward/")} == {"pass"}
    assert {row.verdict for row in judged if not row.observable.startswith("1/forward/")} == {"unobserved"}


def test_a_forward_pass_of_other_weights_fails():
    implementation = installed("onnxruntime")
    trace = run(implementation, make_problem(FORWARD.with_(seed=1)))
    judged = judge(make_problem(FORWARD), Subject.of(implementation, FORWARD), trace).rows
    assert "fail" in {row.verdict for row in judged}


@pytest.mark.parametrize(("layer", "named"), [(Conv2D(2, 2), "Conv"), (AveragePooling2D(2), "AveragePool")])
def test_an_operator_without_a_float64_kernel_is_unsupported_and_named(layer, named):
    case = Case(Network((4, 4, 1), (layer,)), dtype="float64")
    trace = run(installed("onnxruntime"), make_problem(case))
    assert trace.status == "unsupported"
    assert f"Could not find an implementation for {named}(" in trace.reason


def test_every_room_is_under_test():
    tested = {*EVERYTHING, "keras-jax", "keras-torch", "keras-fit", "onnxruntime"}
    assert tested == set(ROOMS)
