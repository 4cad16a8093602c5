"""A fault that somebody made is recognized by the numbers it gives; an error that is in no catalogue is not."""

import numpy as np
import pytest
from fault_cases import cases_of

from harness.cases.case import Case
from harness.cases.data import Random, Uniform, saturated
from harness.cases.network import Network
from harness.cases.problem import make_problem
from harness.diagnosis.reproducing import MOST_SEARCHES, REPRODUCIBLE, ROOM, Diagnosis, reproducing
from harness.faults import Fault, Perturbation, faulty
from harness.implementation.contract import run
from harness.judging.judge import Subject, judge
from harness.layerwise import Layerwise
from harness.numerics.arithmetic import arithmetic_of
from harness.operators.activations import Sigmoid
from harness.operators.layers import LAYERS, Activation, Conv2D, Dense
from harness.report.failure import MOST_CAUSES
from harness.verdict.expected import local
from impls.faults import harness_faults

FAULTS = {fault.name: fault for fault in harness_faults() if fault.kind == "structural"}


def first_failures(implementation, case):
    """Yield the first failing row of each direction, with what is needed to diagnose it."""
    problem = make_problem(case)
    trace = run(implementation, problem)
    if trace.status != "ok":
        return
    rows = judge(problem, Subject.of(implementation, case), trace).rows
    expected = local(problem, trace.observables, arithmetic_of(case.dtype))
    for row in rows:
        if row.first_wrong and row.verdict in REPRODUCIBLE:
            yield problem, trace.observables, row, expected[row.observable.name].estimate


def recognized(name, dtype, operators):
    """Return how many faults explain the first failure that this one explains; 0 where it explains none."""
    fault = FAULTS[name]
    for case in cases_of(fault.on.kind, dtype):
        for problem, shown, row, estimate in first_failures(faulty(fault, operators, name), case):
            if row.observable.name in fault.stages(case):
                found = reproducing(FAULTS.values(), operators, problem, shown, row.observable, estimate)
                if fault in found:
                    return len(found)
    return 0


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_recognized_and_hardly_any_other_with_it(name, operators):
    assert 1 <= recognized(name, "float64", operators) <= MOST_CAUSES


@pytest.mark.parametrize("name", ["add-gradient-divided", "sigmoid-overflows", "softmax-not-stabilised"])
def test_what_depends_on_the_format_is_recognized_in_float32_too(name, operators):
    assert 1 <= recognized(name, "float32", operators) <= MOST_CAUSES


@pytest.mark.parametrize("kind", [kind for kind in LAYERS if cases_of(kind)])
def test_an_error_that_is_in_no_catalogue_is_not_explained_away(kind, operators):
    operator = operators.get(LAYERS[kind])
    if operator is None:
        return

    class Odd:
        def __getattr__(self, name):
            return getattr(operator, name)

        def forward(self, layer, weights, x):
            y, cache = operator.forward(layer, weights, x)
            return y * (1 + 0.3 * np.cos(np.arange(y.size).reshape(y.shape))), cache

    odd = Layerwise("odd", operators={**operators, LAYERS[kind]: Odd()})
    seen = 0
    for case in cases_of(kind):
        for problem, shown, row, estimate in first_failures(odd, case):
            if row.observable.kind == "forward" and row.observable.step:
                seen += 1
                assert reproducing(FAULTS.values(), operators, problem, shown, row.observable, estimate) == []
    assert seen > 0


def test_a_fault_that_changes_nothing_here_does_not_explain_a_small_error(operators):
    piling_up = FAULTS["conv2d-gradients-pile-up"]
    case = cases_of("Conv2D")[0]
    ((problem, shown, row, estimate), *_) = first_failures(
        faulty(FAULTS["conv2d-bias-gradient-over-all-filters"], operators, "mine"), case
    )
    assert row.observable.step == 1
    nearly_right = {**shown, row.observable.name: estimate.value + estimate.worst_case}
    assert reproducing([piling_up], operators, problem, nearly_right, row.observable, estimate) == []


def named(implementation, case, operators):
    """Return the causes of each failing row that has any, by its observable."""
    found = {
        row.observable.name: reproducing(FAULTS.values(), operators, problem, shown, row.observable, estimate)
        for problem, shown, row, estimate in first_failures(implementation, case)
    }
    assert found, "nothing failed"
    return {observable: [fault.name for fault in faults] for observable, faults in found.items() if faults}


def test_what_follows_from_a_wrong_output_is_not_explained_by_what_changes_nothing(operators):
    case = Case(Network((7,), (Dense(4, "softmax"), Dense(3))), batch_size=5)
    wrong = faulty(FAULTS["softmax-over-batch"], operators, "mine")
    # Backward it uses the derivative of the right output, where that of its own is expected.
    assert {row.observable.name for _, _, row, _ in first_failures(wrong, case)} == {
        "1/forward/dense",
        "1/gradient/dense/kernel",
    }
    assert named(wrong, case, operators) == {"1/forward/dense": ["softmax-over-batch"]}


class LosesSmallResults:
    """A sigmoid that is 0 where it is below 2**-20, as an approximation of sigmoid - 1/2 makes it."""

    def __init__(self, right):
        self.right = right

    def forward(self, activation, x):
        y, cache = self.right.forward(activation, x)
        return np.where(y < 2.0**-20, np.zeros_like(y), y), cache

    def backward(self, activation, cache, dy):
        return self.right.backward(activation, cache, dy)


SATURATED = Case(Network((6, 5, 2), Conv2D(3, 3, activation="sigmoid")), data=saturated, steps=2, batch_size=5)


def test_lost_digits_of_saturated_outputs_are_blamed_on_nothing_that_saturates_as_well(operators):
    coarse = Layerwise("coarse", operators={**operators, Sigmoid: LosesSmallResults(operators[Sigmoid])})
    assert named(coarse, SATURATED, operators) == {}


def test_a_fault_that_shows_in_saturated_outputs_is_named_all_the_same(operators):
    wrong = faulty(FAULTS["sigmoid-sign-in-exponent"], operators, "mine")
    assert named(wrong, SATURATED, operators)["1/forward/conv2d"] == ["sigmoid-sign-in-exponent"]


@pytest.mark.parametrize(("lowest", "named_there"), [(-900.0, ["sigmoid-overflows"]), (800.0, [])])
def test_numbers_lost_to_overflow_name_a_fault_while_some_are_left(lowest, named_there, operators):
    case = Case(Network((7,), Activation("sigmoid")), data=Random("far", x=Uniform(lowest, 900.0)), dtype="float64")
    ((_, shown, row, _), *_) = first_failures(wrong := faulty(FAULTS["sigmoid-overflows"], operators, "mine"), case)
    assert row.verdict == "nonfinite"
    assert np.isfinite(shown[row.observable.name]).any() == bool(named_there)
    assert named(wrong, case, operators).get(row.observable.name, []) == named_there


@pytest.mark.parametrize(("share", "is_named"), [(1.0, True), (0.6, False)])
def test_nothing_is_named_where_the_numbers_are_as_near_to_the_right_ones(share, is_named, operators):
    case = Case(Network((7,), Dense(4)), batch_size=5, dtype="float64")
    problem = make_problem(case)
    shown = run(Layerwise("right", operators=operators), problem).observables
    estimate = local(problem, shown, arithmetic_of(case.dtype))["1/forward/dense"].estimate
    # One and a half times as far off as a fault's numbers may be from those that it explains; then less than once.
    size = 1.5 * ROOM * float(estimate.worst_case.max() / np.abs(estimate.value).max())
    perturbation = Perturbation("forward", size=size)
    words = {"moves": ("forward",), "explanation": "It is off.", "hint": "Look at it."}
    off = Fault("off", on=Dense, perturbation=perturbation, kind="graded", size=size, **words)
    ((_, wrong, row, _), *_) = first_failures(faulty(off, operators, "mine"), case)
    y = shown[row.observable.name]
    nearer = {**wrong, row.observable.name: y + share * (wrong[row.observable.name] - y)}
    assert (off in reproducing([off], operators, problem, nearer, row.observable, estimate)) is is_named


def test_faults_of_an_operator_that_nobody_has_right_explain_nothing(operators):
    fault, case = FAULTS["dense-bias-never-added"], Case(Network((7,), Dense(4)), batch_size=5)
    ((problem, shown, row, estimate), *_) = first_failures(faulty(fault, operators, "mine"), case)
    assert reproducing([fault], operators, problem, shown, row.observable, estimate) == [fault]
    others = {on: operator for on, operator in operators.items() if on is not Dense}
    assert reproducing([fault], others, problem, shown, row.observable, estimate) == []


def test_what_shows_in_the_prediction_alone_is_named(operators):
    case = Case(Network((7,), (Dense(4), Dense(3))), batch_size=5)
    stale = faulty(FAULTS["dense-bias-kept-from-construction"], operators, "mine")
    assert named(stale, case, operators) == {"final/forward": ["dense-bias-kept-from-construction"]}
    assert named(stale, case.with_(steps=2), operators)["2/forward/dense"] == ["dense-bias-kept-from-construction"]


def test_what_fitted_last_is_tried_first_and_searches_are_limited(operators, monkeypatch):
    fault = FAULTS["conv2d-bias-gradient-over-all-filters"]
    tried = []

    def counting(faults, *rest):
        tried.append(len(tuple(faults)))
        return reproducing(faults, *rest)

    monkeypatch.setattr("harness.diagnosis.reproducing.reproducing", counting)
    diagnosis = Diagnosis(FAULTS.values(), operators)
    case = cases_of("Conv2D")[0]
    ((problem, shown, row, estimate), *_) = first_failures(faulty(fault, operators, "mine"), case)
    for _ in range(3):
        assert fault in diagnosis.causes(problem, shown, row, estimate)
    assert max(tried[2:]) < 5
    unexplained = {**shown, row.observable.name: shown[row.observable.name] * 1.2345}
    tried.clear()
    for _ in range(2 * MOST_SEARCHES):
        assert diagnosis.causes(problem, unexplained, row, estimate) == []
    assert sum(count > 5 for count in tried) == MOST_SEARCHES - 1
