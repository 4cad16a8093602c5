"""Every way to be wrong has a verdict of its own, at the observable where it is; only ``pass`` passes."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from harness.cases.observables import Observable, required
from harness.cases.problem import jittered
from harness.implementation.contract import run
from harness.implementation.trace import Trace
from harness.judging.judge import judge as judge_trace
from harness.judging.row import COVERAGE, Verdict
from impls.loops import harness_implementations

KERNEL = "1/gradient/dense/kernel"


def with_one_element(array, index, value):
    changed = np.array(array)
    changed[index] = value
    return changed


def test_correct_values_pass_at_every_observable(case, judge):
    rows = judge()
    assert list(rows) == [observable.name for observable in required(case)]
    assert {row.verdict for row in rows.values()} == {"pass"}
    assert [row.figures.elements for row in rows.values()] == [np.prod(each.shape) for each in required(case)]


def test_a_row_says_what_was_compared(case, judge):
    row = judge()[KERNEL]
    assert (row.run.case, row.run.key, row.run.dtype, row.run.seed) == ("a-case", case.key, "float32", 0)
    assert row.observable == Observable(KERNEL, "gradient", (6, 4), 1, "dense", "kernel")
    assert row.layer_kind == "Dense"
    assert (row.run.implementation, row.run.version, row.run.seconds) == ("mine", "1", 0.25)
    assert judge()["1/loss"].layer_kind == "MeanSquaredError"
    assert judge()["final/forward"].observable.step is None


@pytest.mark.parametrize("index", [(0, 0), (2, 1), (5, 3)])
def test_one_wrong_element_fails_at_that_observable_and_that_element(judge, right, index):
    wrong = with_one_element(right[KERNEL], index, right[KERNEL][index] + np.abs(right[KERNEL]).max())
    rows = judge({KERNEL: wrong})
    # The step was taken with the right gradient: it is not what the wrong one gives.
    assert [row.observable.name for row in rows.values() if row.failed] == [KERNEL, "1/update/dense/kernel"]
    row = rows[KERNEL]
    assert (row.verdict, row.figures.index, row.first_wrong) == ("fail", index, "backward")
    assert row.reason.startswith("not what mine's own values before it give: t = ")
    assert row.figures.got == wrong[index]
    assert row.figures.expected == pytest.approx(right[KERNEL][index])
    assert row.figures.ratio > 1


@pytest.mark.parametrize(
    "name", ["1/forward/dense", "1/loss", "1/backward/dense_1", "1/update/dense/bias", "final/loss"]
)
def test_an_observable_of_any_kind_that_is_one_percent_off_fails_first_there(judge, right, name):
    rows = judge({name: np.asarray(right[name] * np.float32(1.01))})
    assert next(row.observable.name for row in rows.values() if not row.passed) == name
    assert rows[name].verdict == "fail"


def test_the_rounding_of_another_order_of_operations_passes(judge, problem, right):
    (loops,) = harness_implementations()
    others = run(loops, problem).observables
    assert any(np.any(others[name] != right[name]) for name in right)
    assert {row.verdict for row in judge(others).values()} == {"pass"}


def test_what_is_right_stage_by_stage_but_belongs_to_other_inputs_fails_where_it_leaves_them(judge, problem):
    (loops,) = harness_implementations()
    rows = judge(run(loops, jittered(problem, 1)).observables)
    failed = [row for row in rows.values() if row.failed]
    assert failed[0].observable.name == "1/forward/dense"


def test_a_trace_of_nothing_but_zeros_passes_nowhere_in_silence(judge, right):
    rows = judge({name: np.zeros_like(array) for name, array in right.items()})
    assert rows["1/forward/dense"].verdict == "fail"
    assert all(row.failed or row.untrusted for row in rows.values())


def test_a_missing_observable_is_missing_and_named(judge):
    row = judge({KERNEL: None})[KERNEL]
    assert (row.verdict, row.reason) == ("missing", f"mine did not return {KERNEL}")
    assert row.failed


def test_an_observable_that_was_declared_hidden_is_unobserved_and_no_failure(judge):
    row = judge({KERNEL: None}, hidden=(KERNEL,))[KERNEL]
    assert row.verdict == "unobserved"
    assert not row.failed
    assert not row.passed


def test_an_unknown_observable_is_extra_and_fails_beside_the_required_ones(case, judge):
    rows = judge({"1/gradient/dense/kernels": np.zeros((6, 4), np.float32)})
    row = rows["1/gradient/dense/kernels"]
    assert (row.verdict, row.failed) == ("extra", True)
    assert "which the case does not ask for" in row.reason
    assert len(rows) == len(required(case)) + 1


def test_a_wrong_shape_is_shown_with_the_right_one(judge):
    row = judge({KERNEL: np.zeros((6, 5), np.float32)})[KERNEL]
    assert (row.verdict, row.reason) == ("shape", f"mine returned {KERNEL} with shape (6, 5), expected (6, 4)")


def test_a_transposed_shape_is_recognized(judge, right):
    row = judge({KERNEL: right[KERNEL].T})[KERNEL]
    assert row.verdict == "shape"
    assert row.reason.endswith("with shape (4, 6), expected (6, 4): transposed?")


@pytest.mark.parametrize("dtype", ["float64", "float16", "int64", "complex64", "object", ">f4"])
def test_a_wrong_format_is_no_pass_however_right_the_values_are(judge, right, dtype):
    row = judge({KERNEL: right[KERNEL].astype(dtype)})[KERNEL]
    assert row.verdict == "dtype"
    assert row.reason == f"mine returned {KERNEL} as {np.dtype(dtype)}, expected float32"


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_an_element_that_is_not_finite_where_keras_is_is_found(judge, right, value):
    row = judge({KERNEL: with_one_element(right[KERNEL], (3, 2), value)})[KERNEL]
    assert (row.verdict, row.figures.index) == ("nonfinite", (3, 2))
    assert "1 of 24 elements are finite on one side only" in row.reason


@pytest.mark.parametrize("name", ["1/loss", "final/loss"])
def test_a_loss_that_is_not_finite_is_found(judge, name):
    assert judge({name: np.array(np.nan, np.float32)})[name].verdict == "nonfinite"


@pytest.mark.parametrize("status", ["unsupported", "error"])
def test_a_run_without_result_gives_every_required_observable_its_status_and_reason(case, problem, subject, status):
    rows = judge_trace(problem, subject(), Trace(status, {}, 0.1, "the reason")).rows
    assert [row.observable.name for row in rows] == [observable.name for observable in required(case)]
    assert {(row.verdict, row.reason) for row in rows} == {(status, "the reason")}


@pytest.mark.parametrize(
    ("mine", "keras", "difference"),
    [
        ([1.0, 2.0, 3.0], [1.0, 2.5, 3.125], 0.5),
        ([1.0, np.inf, np.nan], [1.25, np.inf, np.nan], 0.25),
        ([1.0, np.inf, 3.0], [1.0, -np.inf, 3.0], np.inf),
        ([1.0, 2.0, 3.0], [1.0, np.nan, 3.0], np.nan),
    ],
)
def test_the_difference_is_the_largest_distance_from_keras_and_no_verdict_rests_on_it(
    case, right, problem, subject, mine, keras, difference
):
    name = "1/forward/dense_1"
    shown, theirs = np.array(right[name]), np.array(right[name], np.float64)
    shown[2], theirs[2] = mine, keras
    judged = [
        judge_trace(problem, subject(), Trace("ok", {**right, name: shown}, 0.0), keras=known).by_name[name]
        for known in ({name: theirs}, {})
    ]
    compared, alone = judged
    assert compared.figures.difference == pytest.approx(difference, nan_ok=True)
    assert compared.figures.keras == pytest.approx(theirs[compared.figures.index], nan_ok=True)
    assert replace(compared, figures=replace(compared.figures, keras=None, difference=None)) == alone


def test_only_pass_passes_and_only_coverage_is_no_failure(judge):
    row = judge()[KERNEL]
    for verdict in get_args(Verdict):
        changed = replace(row, verdict=verdict)
        assert changed.passed == (verdict == "pass")
        assert changed.failed == (verdict != "pass" and verdict not in COVERAGE)
    assert frozenset({"unsupported", "unobserved"}) == COVERAGE
