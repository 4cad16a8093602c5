"""Who sides with whom where an implementation fails."""

from dataclasses import replace

import numpy as np
import pytest

from harness import Activation, BatchNormalization, Conv2D, Flatten, MaxPooling2D
from harness.cases.case import Case
from harness.cases.network import Network
from harness.cases.observables import required
from harness.cases.problem import make_problem
from harness.implementation.contract import run
from harness.judging.witnesses import by_finite_differences, who_sides
from harness.numerics import FLOAT64
from harness.operators.layers import Dense
from harness.verdict.expected import local

NETWORK = Network(
    (7, 6, 2),
    (
        Conv2D(3, (3, 2), activation="tanh"),
        BatchNormalization(),
        Activation("sigmoid"),
        MaxPooling2D(2),
        Flatten(),
        Dense(4, "softplus"),
    ),
)
CASE = Case(NETWORK, batch_size=3, steps=2, dtype="float64", name="witnesses")


@pytest.fixture(scope="module")
def trace(vectorized):
    return run(vectorized, make_problem(CASE)).observables


@pytest.fixture
def failing(judge):
    """A failing row of a gradient, whose numbers are then set."""
    row = judge({"1/gradient/dense/kernel": np.ones((6, 4), np.float32)})["1/gradient/dense/kernel"]
    assert row.verdict == "fail"
    return row


GRADIENTS = [each for each in required(CASE) if each.kind in ("gradient", "backward")]


@pytest.mark.parametrize("observable", GRADIENTS, ids=lambda each: each.name)
def test_finite_differences_find_the_derivative_at_the_implementations_own_numbers(observable, trace):
    index = tuple(size // 2 for size in observable.shape)
    problem = make_problem(CASE)
    value, error = by_finite_differences(problem, trace, observable, index)
    rounding = 2 * local(problem, trace, FLOAT64)[observable.name].estimate.worst_case[index]
    assert abs(value - trace[observable.name][index]) <= error + rounding
    assert error < 1e-3 * max(abs(value), 1e-3)


def test_they_say_nothing_of_what_is_no_gradient(trace):
    output = next(each for each in required(CASE) if each.name == "1/forward/dense")
    assert by_finite_differences(make_problem(CASE), trace, output, (0, 0)) is None


def test_they_say_nothing_where_what_they_need_is_not_shown(trace):
    kernel = next(each for each in GRADIENTS if each.name == "1/gradient/dense/kernel")
    without = {name: array for name, array in trace.items() if name != "1/backward/loss"}
    assert by_finite_differences(make_problem(CASE), without, kernel, (0, 0)) is None


def test_everyone_with_the_expected_value_is_named(judge, failing):
    right = judge()["1/gradient/dense/kernel"]
    near_expected = (failing.figures.expected, 1e-12)
    text = who_sides(failing, {"Keras in float64": right, "loops": right}, near_expected)
    assert text == "Keras in float64, loops and finite differences side with the expected value"


def test_a_witness_that_fails_at_the_same_place_is_said_not_to(judge, failing):
    right = judge()["1/gradient/dense/kernel"]
    text = who_sides(failing, {"Keras in float64": failing, "loops": right}, (failing.figures.got, 1e-12))
    assert text == "loops sides with the expected value, Keras in float64 and finite differences do not"


def test_who_could_not_compute_it_has_no_opinion(judge, failing):
    lacking = replace(failing, verdict="unsupported", figures=None)
    assert who_sides(failing, {"loops": lacking}, None) == ""


def test_a_derivative_that_cannot_tell_the_two_apart_is_no_witness(judge, failing):
    assert who_sides(failing, {}, (failing.figures.expected, abs(failing.figures.error) * 2)) == ""


@pytest.mark.parametrize(
    ("dtype", "text"), [("float32", ""), ("float64", "finite differences side with the expected value")]
)
def test_at_a_kink_a_number_is_as_near_as_its_format_can_hold_it(failing, dtype, text):
    third = float(np.float32(1 / 3))
    figures = replace(failing.figures, expected=0.0, got=third, error=third, t=np.inf)
    row = replace(failing, run=replace(failing.run, dtype=dtype), figures=figures)
    assert who_sides(row, {}, (0.0, 1 / 3)) == text
