"""The walk over a network: what counts as an anchor, and that a fault is found where it is and nowhere else."""

from types import SimpleNamespace

import numpy as np
import pytest

import impls.vectorized
from harness.cases.case import Case
from harness.cases.network import Network
from harness.cases.observables import required
from harness.cases.problem import make_problem
from harness.implementation.contract import run
from harness.layerwise import Layerwise
from harness.numerics import FLOAT32
from harness.operators.layers import LAYERS, Activation, Add, BatchNormalization, Conv2D, Dense, Flatten, MaxPooling2D
from harness.operators.optimizers import Adam
from harness.verdict.expected import Origin, end_to_end, local
from harness.verdict.figures import figures, too_far

(VECTORIZED,) = impls.vectorized.harness_implementations()
NETWORK = Network(
    (8, 6, 2),
    [
        Conv2D(3, 3, padding="same", activation="tanh", name="a"),
        Conv2D(3, 3, padding="same", activation="relu", name="b", inputs="a"),
        BatchNormalization(name="c", inputs="a"),
        Add(name="sum", inputs=("a", "b", "c")),
        MaxPooling2D(2),
        Flatten(),
        Dense(4),
        Activation("softmax"),
    ],
)
CASE = Case(NETWORK, loss="categorical_crossentropy", optimizer=Adam(learning_rate=0.0078125), steps=2)
PROBLEM = make_problem(CASE)
NAMES = [observable.name for observable in required(CASE)]


@pytest.fixture(scope="module")
def shown():
    trace = run(VECTORIZED, PROBLEM)
    assert trace.status == "ok", trace.reason
    return trace.observables


def failures(observables, expectations=local):
    found = expectations(PROBLEM, observables, FLOAT32)
    judged = {name: figures(observables[name], found[name], FLOAT32) for name in found if name in observables}
    return {name for name, figure in judged.items() if too_far(figure, FLOAT32)}


@pytest.mark.parametrize("expectations", [local, end_to_end])
def test_every_required_observable_has_an_expected_value_of_its_shape(shown, expectations):
    found = expectations(PROBLEM, shown, FLOAT32)
    assert found.keys() == set(NAMES)
    for observable in required(CASE):
        estimate = found[observable.name].estimate
        assert {estimate.value.shape, estimate.worst_case.shape, estimate.variance.shape} == {observable.shape}


@pytest.mark.parametrize("expectations", [local, end_to_end])
def test_right_training_passes(shown, expectations):
    assert not failures(shown, expectations)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "final/forward"])
def test_a_quarter_too_much_in_one_observable_fails_there(shown, name):
    faulty = {**shown, name: shown[name] * np.float32(1.25)}
    assert name in failures(faulty)


def test_stages_that_took_a_faulty_value_and_made_the_right_thing_of_it_pass():
    original = VECTORIZED.operators[LAYERS["BatchNormalization"]]

    def forward(*arguments):
        y, cache = original.forward(*arguments)
        return y * np.float32(1.25), cache

    operator = SimpleNamespace(
        forward=forward,
        backward=original.backward,
        infer=original.infer,
        moving=original.moving,
    )
    wrong = Layerwise("wrong", operators={**VECTORIZED.operators, LAYERS["BatchNormalization"]: operator})
    trace = run(wrong, PROBLEM)
    assert failures(trace.observables) == {"1/forward/c", "2/forward/c"}


def test_a_trace_of_another_input_passes_stage_by_stage_but_not_end_to_end(shown):
    other = run(VECTORIZED, make_problem(CASE.with_(seed=1))).observables
    invented = {
        **shown,
        **{name: other[name] for name in shown if name.startswith("1/forward/") and name != "1/forward/a"},
    }
    assert failures(invented, end_to_end) >= {"1/forward/sum", "1/forward/dense"}


@pytest.mark.parametrize("missing", ["1/forward/a", "1/backward/loss", "1/gradient/dense/kernel", "1/update/c/gamma"])
def test_what_is_missing_is_replaced_by_its_estimate(shown, missing):
    left = {name: array for name, array in shown.items() if name != missing}
    found = local(PROBLEM, left, FLOAT32)
    assert found.keys() == set(NAMES)
    assert not failures(left)


def test_what_follows_a_missing_observable_does_not_count_as_anchored(shown):
    left = {name: array for name, array in shown.items() if name != "1/forward/a"}
    found = local(PROBLEM, left, FLOAT32)
    assert found["1/forward/a"].origin is Origin.ANCHORS
    assert found["1/forward/b"].origin is Origin.ESTIMATES
    assert found["1/forward/max_pooling2d"].origin is Origin.ANCHORS


def test_what_has_another_shape_is_no_anchor(shown):
    turned = {**shown, "1/forward/a": shown["1/forward/a"].swapaxes(1, 2)}
    assert local(PROBLEM, turned, FLOAT32)["1/forward/b"].origin is Origin.ESTIMATES


def test_nothing_is_said_behind_what_is_not_finite(shown):
    broken = shown["1/forward/b"].copy()
    broken[0, 0, 0, 0] = np.nan
    found = local(PROBLEM, {**shown, "1/forward/b": broken}, FLOAT32)
    assert found["1/forward/b"].origin is Origin.ANCHORS
    assert found["1/forward/sum"].origin is Origin.BLIND
    assert failures({**shown, "1/forward/b": broken}) == {"1/forward/b"}


def test_each_step_is_judged_from_the_weights_before_it(shown):
    for expectations in (local, end_to_end):
        moved = {**shown, "1/update/dense/bias": shown["1/update/dense/bias"] + np.float32(0.5)}
        found = failures(moved, expectations)
        assert {"1/update/dense/bias", "2/forward/dense"} <= found
