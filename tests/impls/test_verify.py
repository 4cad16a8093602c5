"""``harness.verify``: from an implementation and cases to a Report, without pytest."""

from contextlib import closing

import pytest

from harness import Conv2D, Dense, grid, verify
from harness.errors import HarnessError, PluginError, SpecificationError
from harness.implementation.contract import Implementation
from harness.stores.oracle import Oracle

CASES = grid(Conv2D, input_shape=(7, 6, 3), filters=4, kernel_size=[(3, 2), 2], padding=["valid", "same"])


def test_verify_returns_a_report_of_every_case(tmp_path):
    report = verify("vectorized", CASES, reports=tmp_path)
    assert report.passed, str(report)
    assert report.implementations == ("vectorized",)
    assert {row.run.case for row in report.rows} == {case.name for case in CASES}
    assert "GOOD" in str(report)
    # SQLite takes its log away when the last connection is closed.
    assert [path.name for path in tmp_path.iterdir()] == ["oracle.sqlite"]
    # What Keras computed for each case, and how it compares with the definition.
    with closing(Oracle(tmp_path / "oracle.sqlite")) as oracle:
        assert len(oracle) == 2 * len(CASES)


def test_verify_takes_one_case_and_an_object_and_needs_no_folder(vectorized):
    (case, *_) = CASES
    report = verify(vectorized, case)
    assert report.passed
    assert {row.run.case for row in report.rows} == {case.name}


def test_verify_judges_keras_in_float32_and_has_nothing_to_judge_in_float64():
    report = verify("keras", CASES)
    assert report.passed
    assert {row.run.dtype for row in report.rows} == {"float32"}


def test_verify_finds_what_is_wrong(vectorized):
    class Wrong(Implementation):
        name = "wrong"

        def run(self, problem):
            return {name: -array for name, array in vectorized.run(problem).items()}

    report = verify(Wrong(), CASES)
    assert not report.passed
    failed = {row.observable.name for row in report.rows if row.failed}
    # A loss that is negative, the step away from it, …: only a gradient of a negative gradient is right again.
    assert {"1/forward/conv2d", "1/loss", "1/backward/loss", "1/update/conv2d/kernel", "final/loss"} <= failed


@pytest.mark.parametrize(
    ("implementation", "cases", "error", "message"),
    [
        ("vectorised", CASES, PluginError, "vectorised names no implementation. Did you mean vectorized?"),
        (5, CASES, HarnessError, "verify expected an Implementation or the name of one, got 5."),
        ("vectorized", [*CASES, *CASES], SpecificationError, "the same case twice"),
    ],
)
def test_verify_says_what_it_expected(implementation, cases, error, message):
    with pytest.raises(error, match=message):
        verify(implementation, cases)


def test_a_run_of_nothing_is_not_good():
    assert not verify("vectorized", []).passed
    assert not verify("keras", grid(Dense, input_shape=(6,), units=3, dtype="float64")).passed
