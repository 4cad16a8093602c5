"""A fault that somebody made is recognized by the numbers it gives; an error that is in no catalogue is not."""

import numpy as np
import pytest
from fault_cases import cases_of

from harness.faults import faulty
from harness.faults.diagnosis import MOST_SEARCHES, Diagnosis, reproducing
from harness.implementation import run
from harness.judging import Author, judge
from harness.layers import LAYERS
from harness.layerwise import Layerwise
from harness.problem import make_problem
from harness.verdict.arithmetic import arithmetic_of
from harness.verdict.walk import local
from impls.faults import harness_faults

FAULTS = {fault.name: fault for fault in harness_faults() if fault.kind == "structural"}

# A wrong shape, a NaN or an infinity says by itself what is wrong, and the last is a fault of inference alone.
TOLD_OTHERWISE = {
    "average-pooling2d-output-size-rounded-up",
    "average-pooling2d-strides-as-pool-size",
    "conv2d-stride-and-dilation-swapped",
    "conv2d-strides-swapped",
    "dense-bias-gradient-keeps-the-batch",
    "max-pooling2d-output-size-h-by-s",
    "max-pooling2d-output-size-rounded-up",
    "max-pooling2d-output-size-without-plus-1",
    "max-pooling2d-strides-as-pool-size",
    "sigmoid-overflows",
    "softmax-not-stabilised",
    "softmax-shifted-by-batch",
    "softplus-overflows",
    "zero-padding2d-axes-exchanged",
    "batch-normalization-batch-statistics-in-inference",
}


def first_failures(implementation, case):
    """Yield the first failing row of each direction, with what is needed to diagnose it."""
    problem = make_problem(case)
    trace = run(implementation, problem)
    if trace.status != "ok":
        return
    rows = judge(problem, Author.of(implementation, case), trace)
    expected = local(problem, trace.observables, arithmetic_of(case.dtype))
    for row in rows:
        if row.first_wrong and row.verdict == "fail":
            yield problem, trace.observables, row, expected[row.observable].estimate


@pytest.mark.parametrize("name", [name for name in FAULTS if name not in TOLD_OTHERWISE])
def test_a_fault_is_recognized_and_hardly_any_other_with_it(name, operators):
    fault = FAULTS[name]
    for case in cases_of(fault.operator.kind):
        for problem, shown, row, estimate in first_failures(faulty(fault, operators, name), case):
            if row.observable in fault.stages(case):
                found = reproducing(FAULTS.values(), operators, problem, shown, row, estimate)
                if fault in found:
                    assert len(found) <= 4, "several explanations fit one geometry, but not many"
                    return
    pytest.fail("it was not recognized in any case")


def test_what_is_told_otherwise_is_in_the_catalogue():
    assert FAULTS.keys() >= TOLD_OTHERWISE


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
            if row.kind == "forward" and row.step:
                seen += 1
                assert reproducing(FAULTS.values(), operators, problem, shown, row, estimate) == []
    assert seen > 0


def test_a_fault_that_changes_nothing_here_does_not_explain_a_small_error(operators):
    piling_up = FAULTS["conv2d-gradients-pile-up"]
    case = cases_of("Conv2D")[0]
    ((problem, shown, row, estimate), *_) = first_failures(
        faulty(FAULTS["conv2d-bias-gradient-over-all-filters"], operators, "mine"), case
    )
    assert row.step == 1
    nearly_right = {**shown, row.observable: estimate.value + estimate.det}
    assert reproducing([piling_up], operators, problem, nearly_right, row, estimate) == []


def test_what_fitted_last_is_tried_first_and_searches_are_limited(operators, monkeypatch):
    fault = FAULTS["conv2d-bias-gradient-over-all-filters"]
    tried = []

    def counting(faults, *rest):
        tried.append(len(tuple(faults)))
        return reproducing(faults, *rest)

    monkeypatch.setattr("harness.faults.diagnosis.reproducing", counting)
    diagnosis = Diagnosis(FAULTS.values(), operators)
    case = cases_of("Conv2D")[0]
    ((problem, shown, row, estimate), *_) = first_failures(faulty(fault, operators, "mine"), case)
    for _ in range(3):
        assert fault in diagnosis.causes(problem, shown, row, estimate)
    assert max(tried[2:]) < 5
    unexplained = {**shown, row.observable: shown[row.observable] * 1.2345}
    tried.clear()
    for _ in range(2 * MOST_SEARCHES):
        assert diagnosis.causes(problem, unexplained, row, estimate) == []
    assert sum(count > 5 for count in tried) == MOST_SEARCHES - 1
