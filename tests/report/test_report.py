import pytest

from harness.report import Report
from harness.report.report import IncompleteReport


def test_a_run_in_which_all_passed_is_good(make_run, make_report):
    report = make_report(make_run())
    assert report.passed
    assert str(report).endswith("GOOD: 12 observables passed, none failed")


def test_one_failing_row_makes_a_run_not_good(make_run, make_report, failing):
    report = make_report(make_run({"final/loss": failing}))
    assert not report.passed
    assert report.faults == ("1 of 12 observables failed",)


@pytest.mark.parametrize(
    "verdict", ["missing", "extra", "shape", "dtype", "nonfinite", "error", "timeout", "crash", "fail"]
)
def test_every_verdict_that_is_neither_a_pass_nor_coverage_fails_the_run(make_run, make_row, make_report, verdict):
    rows = [*make_run(), make_row("surprise", verdict=verdict)]
    assert not make_report(rows).passed


def test_an_empty_run_is_not_good():
    report = Report((), {}, {})
    assert report.faults == ("nothing was compared",)
    assert str(report) == "NOT GOOD\n  nothing was compared"


def test_a_run_in_which_all_was_unsupported_is_not_good(make_run, make_report):
    report = make_report(make_run(verdict="unsupported", reason="no convolutions"))
    assert report.faults == ("nothing of mine passed (12 unsupported)",)


def test_an_implementation_of_which_nothing_passed_is_not_saved_by_another(make_run, make_report):
    rows = make_run(implementation="theirs") + make_run(verdict="unobserved", reason="shows nothing")
    assert make_report(rows).faults == ("nothing of mine passed (12 unobserved)",)


def test_unsupported_rows_beside_passing_ones_leave_a_run_good_and_are_counted(make_run, make_report):
    report = make_report(make_run({"1/loss": {"verdict": "unsupported", "reason": "no loss"}}))
    assert report.passed
    assert report.coverage == {"mine": (11, 12)}
    assert "1 of 12 were not judged" in report.headline


def test_an_interrupted_run_is_not_good_and_names_what_was_not_done(make_run, make_report):
    rows = make_run()
    report = make_report(rows, planned={("a-case", "mine"): 12, ("b-case", "mine"): 12})
    assert report.faults == ("1 of 2 runs of a case were not carried out",)
    assert report.coverage == {"mine": (12, 24)}
    assert "  b-case by mine" in str(report).splitlines()


def test_a_missing_row_stops_the_report(make_run, make_report):
    with pytest.raises(IncompleteReport, match="a-case by mine: expected 12 rows, got 11"):
        make_report(make_run()[1:], planned={("a-case", "mine"): 12})


def test_a_row_that_was_not_planned_stops_the_report(make_run, make_report):
    with pytest.raises(IncompleteReport, match="expected None rows, got 12"):
        make_report(make_run(), planned={})


def test_a_row_that_stands_twice_and_hides_a_missing_one_stops_the_report(make_run, make_report):
    rows = make_run()
    with pytest.raises(IncompleteReport, match="1/forward/dense: expected one row, got several"):
        make_report([rows[1], *rows[1:]])


def test_a_run_of_which_only_a_surplus_row_is_left_stops_the_report(make_row, make_report):
    with pytest.raises(IncompleteReport, match="expected 12 rows, got 0"):
        make_report([make_row("surprise", verdict="extra")], planned={("a-case", "mine"): 12})


def test_surplus_rows_are_not_among_the_required_ones(make_run, make_row, make_report):
    report = make_report([*make_run(), make_row("surprise", verdict="extra", reason="not asked for")])
    assert report.coverage == {"mine": (12, 12)}
    assert not report.passed


def test_a_report_in_an_interpreter_shows_one_line(make_run, make_report):
    assert repr(make_report(make_run())) == "<Report: GOOD: 12 observables passed, none failed; print() shows it>"


def test_a_frame_has_numbers_where_the_report_has(make_run, make_report, failing):
    frame = make_report(make_run({"1/loss": failing})).to_frame()
    assert frame["ratio"].max() == 4321.0
    assert frame["index"].iloc[0] == (2, 0, 1)
    assert list(frame["observable"])[:3] == ["1/forward/conv2d", "1/forward/dense", "1/loss"]
