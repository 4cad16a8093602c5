"""Whatever an implementation does is a trace or a row: it can raise, return nonsense, or write into its inputs."""

import warnings

import numpy as np
import pytest

from harness.cases.observables import required
from harness.cases.problem import make_problem
from harness.errors import Unsupported
from harness.implementation.contract import run
from harness.judging.purity import run_watched
from harness.judging.row import PURITY
from harness.verification import Reference, Verification


def raising(error):
    def action(problem):
        raise error

    return action


@pytest.fixture
def verification(scripted, vectorized):
    """Judges against the vectorized operators in place of Keras."""
    return Verification(Reference(scripted(vectorized.run, "keras"), None))


@pytest.fixture
def judged(case, verification, scripted):
    """Verdicts and reasons of one scripted action."""

    def judge(action, **changes):
        rows = verification.rows(case, scripted(action, **changes))
        assert [row.observable.name for row in rows if row.required] == [each.name for each in required(case)]
        return {row.observable.name: row for row in rows if row.observable.kind != PURITY}

    return judge


def only_reason(rows, verdict):
    assert {row.verdict for row in rows.values()} == {verdict}
    (reason,) = {row.reason for row in rows.values()}
    return reason


def test_a_correct_implementation_passes(judged, vectorized):
    assert {row.verdict for row in judged(vectorized.run).values()} == {"pass"}


@pytest.mark.parametrize(
    "error", [RuntimeError("broken"), AssertionError("broken"), SystemExit("broken"), MemoryError("broken")]
)
def test_an_implementation_that_raises_is_an_error_with_the_end_of_its_traceback(judged, error):
    reason = only_reason(judged(raising(error)), "error")
    assert f"{type(error).__name__}: broken" in reason
    assert "in action" in reason
    assert len(reason.splitlines()) <= 6


def test_a_warning_decides_nothing(judged, vectorized):
    def warning(problem):
        warnings.warn("overflow", RuntimeWarning, stacklevel=1)
        np.exp(np.float32(1000.0))
        return vectorized.run(problem)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert {row.verdict for row in judged(warning).values()} == {"pass"}


def test_ctrl_c_is_no_error_of_the_implementation(judged):
    with pytest.raises(KeyboardInterrupt):
        judged(raising(KeyboardInterrupt()))


@pytest.mark.parametrize(("reason", "shown"), [("no convolutions", "no convolutions"), ("", "no reason given")])
def test_an_implementation_that_declines_is_unsupported_with_its_reason(judged, reason, shown):
    assert only_reason(judged(raising(Unsupported(reason))), "unsupported") == shown


@pytest.mark.parametrize(
    ("returned", "came"),
    [
        (None, "got NoneType."),
        ([np.zeros(3)], "got list."),
        (np.zeros(3), "got ndarray."),
        ({"1/loss": 0.5}, "got float for 1/loss."),
        ({"1/loss": [0.5]}, "got list for 1/loss."),
        ({"1/loss": None}, "got NoneType for 1/loss."),
        ({1: np.zeros(3)}, "got the name 1."),
    ],
)
def test_what_is_no_mapping_of_names_to_arrays_is_an_error_that_says_so(judged, returned, came):
    reason = only_reason(judged(lambda problem: returned), "error")
    assert reason == f"mine.run() expected to return a mapping of names to arrays, {came}"


def test_fewer_observables_are_missing_one_by_one(judged, vectorized):
    rows = judged(lambda problem: {"1/loss": vectorized.run(problem)["1/loss"]})
    assert rows["1/loss"].verdict == "pass"
    assert {row.verdict for name, row in rows.items() if name != "1/loss"} == {"missing"}


def test_an_implementation_that_returns_nothing_passes_nothing(judged):
    assert {row.verdict for row in judged(lambda problem: {}).values()} == {"missing"}


def test_hidden_observables_are_unobserved(judged, vectorized):
    shown = judged(lambda problem: {"1/loss": vectorized.run(problem)["1/loss"]}, hidden=("1/forward/dense",))
    assert shown["1/forward/dense"].verdict == "unobserved"
    assert shown["1/forward/dense_1"].verdict == "missing"


def test_a_numpy_scalar_is_an_array_without_axes(judged, vectorized):
    rows = judged(lambda problem: {**vectorized.run(problem), "1/loss": vectorized.run(problem)["1/loss"][()]})
    assert rows["1/loss"].verdict == "pass"


def test_what_was_returned_is_a_copy_that_nobody_can_change(scripted, problem):
    kept = {"1/loss": np.array(1.0, np.float32)}
    trace = run(scripted(lambda problem: kept), problem)
    kept["1/loss"][...] = 2
    assert trace.observables["1/loss"] == 1
    with pytest.raises(ValueError, match="read-only"):
        trace.observables["1/loss"][...] = 3


def write_openly(problem):
    problem.batches[0].x[0] = 7
    return {}


def write_after_lifting_the_flag(problem):
    x = problem.batches[0].x
    x.flags.writeable = True
    x[0] = 7
    x.flags.writeable = False
    return {}


def update_weights_in_place(problem):
    kernel = problem.weights["dense"]["kernel"]
    kernel.flags.writeable = True
    kernel -= np.float32(0.5)
    return {}


def write_and_then_stumble(problem):
    write_after_lifting_the_flag(problem)
    return write_openly(problem)


def leave_the_flag_lifted(problem):
    problem.batches[0].y.flags.writeable = True
    return {}


def test_writing_into_a_read_only_input_is_an_error_with_advice(judged):
    reason = only_reason(judged(write_openly), "error")
    assert reason.endswith("inputs are read-only: copy what you change")


@pytest.mark.parametrize(
    "action", [write_after_lifting_the_flag, update_weights_in_place, write_and_then_stumble, leave_the_flag_lifted]
)
def test_writing_into_inputs_all_the_same_is_found_and_harms_nobody_after(judged, vectorized, action):
    reason = only_reason(judged(action), "error")
    assert reason == "mine wrote into its inputs; expected it to copy what it changes"
    assert {row.verdict for row in judged(vectorized.run).values()} == {"pass"}


def test_a_written_input_is_a_finding_and_a_copied_one_is_none(scripted, vectorized, case):
    assert run_watched(scripted(write_after_lifting_the_flag), make_problem(case)).written
    assert not run_watched(scripted(vectorized.run), make_problem(case)).written


def test_the_problem_of_one_case_is_drawn_once_for_all_implementations(case, verification, scripted):
    seen = []
    for _ in range(2):
        verification.rows(case, scripted(lambda problem: seen.append(problem) or {}))
    assert seen[0] is seen[1]
