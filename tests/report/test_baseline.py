import re
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.report.baseline import KINDS, compare_with, kinds_of_change
from harness.report.columns import columns, row_of
from harness.report.csv_file import CsvWriter, read_csv

DOCUMENT = Path(__file__).parents[2] / "docs" / "reports.md"
UNSUPPORTED = {"verdict": "unsupported", "reason": "no loss"}


@pytest.fixture
def changes(make_report, tmp_path):
    def compare(before, now, **of_report):
        earlier = read_csv(CsvWriter().write(make_report(before), tmp_path))
        return compare_with(make_report(now, **of_report), earlier, "previous.csv")

    return compare


def found(result):
    return [(change.kind, change.observable) for change in result.changes]


def test_the_same_run_again_has_no_changes(make_run, changes, failing):
    rows = make_run({"1/loss": failing, "final/loss": UNSUPPORTED})
    result = changes(rows, rows)
    assert result.changes == ()
    assert result.lines() == ["compared with previous.csv: no change"]


def test_a_report_of_format_1_serves_as_a_baseline(make_report):
    path = Path(__file__).parent / "report_of_version_1.csv"
    earlier = read_csv(path)
    rows = [row_of(found) for found in zip(*(earlier[name] for name in columns()), strict=True)]
    assert compare_with(make_report(rows), earlier, path.name).changes == ()
    (right,) = [row for row in rows if row.observable.name == "1/update/dense/bias"]
    now = [replace(row, verdict="fail", reason="wrong") if row is right else row for row in rows]
    (change,) = compare_with(make_report(now), earlier, path.name).changes
    assert (change.kind, change.case, change.observable) == ("newly-failing", "dense", "1/update/dense/bias")


@pytest.mark.parametrize("before", [{}, UNSUPPORTED])
def test_a_row_that_fails_and_did_not_before_is_newly_failing(make_run, changes, failing, before):
    result = changes(make_run({"1/loss": before}), make_run({"1/loss": failing}))
    assert found(result) == [("newly-failing", "1/loss")]
    assert "    mine · a-case · 1/loss: was " in "\n".join(result.lines())


def test_a_row_that_failed_before_in_another_way_is_not_newly_failing(make_run, changes, failing):
    shape = {"verdict": "shape", "reason": "returned (3,)"}
    assert found(changes(make_run({"1/loss": shape}), make_run({"1/loss": failing}))) == []


@pytest.mark.parametrize("verdict", ["fail", "unsupported"])
def test_a_row_that_passes_and_did_not_before_is_newly_passing(make_run, changes, failing, verdict):
    result = changes(make_run({"1/loss": failing | {"verdict": verdict}}), make_run())
    assert found(result) == [("newly-passing", "1/loss")]


@pytest.mark.parametrize("before", [{}, {"verdict": "fail", "reason": "wrong"}])
def test_a_row_that_was_judged_and_is_not_any_more_does_not_go_in_silence(make_run, changes, before):
    result = changes(make_run({"1/loss": before}), make_run({"1/loss": UNSUPPORTED}))
    assert found(result) == [("no-longer-judged", "1/loss")]


def test_a_row_that_was_never_judged_is_no_change(make_run, changes):
    unobserved = {"verdict": "unobserved", "reason": "not shown"}
    assert found(changes(make_run({"1/loss": unobserved}), make_run({"1/loss": UNSUPPORTED}))) == []


def test_a_case_that_is_gone_is_vanished_row_by_row_and_shown_in_one_line(make_run, changes):
    result = changes(make_run() + make_run(case="gone"), make_run())
    assert {change.case for change in result.of("vanished")} == {"gone"}
    assert len(result.changes) == 12
    assert "    mine · gone: observables: 12 was pass, is not in this run" in result.lines()


def test_an_observable_that_is_gone_is_vanished(make_run, changes):
    assert found(changes(make_run(), make_run()[:-1])) == [("vanished", "final/loss")]


def test_a_case_that_an_interruption_kept_from_running_is_told_apart(make_run, changes):
    planned = {("a-case", "mine"): 12, ("b-case", "mine"): 12}
    result = changes(make_run() + make_run(case="b-case"), make_run(), planned=planned)
    assert {change.detail for change in result.of("vanished")} == {"was pass, was not carried out"}


def test_a_case_that_was_not_there_is_new(make_run, changes, failing):
    result = changes(make_run(), make_run() + make_run({"1/loss": failing}, case="b-case"))
    assert len(result.of("new")) == len(result.changes) == 12
    assert "    mine · b-case: observables: 11 is pass, 1 is fail" in result.lines()


@pytest.mark.parametrize(
    ("before", "now", "worse"),
    [(0.02, 0.2, True), (0.02, 0.19, False), (0.0, 0.02, True), (0.0, 0.009, False), (0.3, 0.003, False)],
)
def test_a_pass_that_uses_ten_times_as_much_of_what_is_allowed_is_much_worse(make_run, changes, before, now, worse):
    result = changes(make_run({"1/loss": {"ratio": before}}), make_run({"1/loss": {"ratio": now}}))
    assert found(result) == ([("much-worse", "1/loss")] if worse else [])


def test_a_failure_that_grows_is_not_reported_as_a_pass_that_got_worse(make_run, changes, failing):
    assert found(changes(make_run({"1/loss": failing}), make_run({"1/loss": failing | {"ratio": 1e9}}))) == []


def test_a_case_whose_meaning_changed_is_said_to_be_another_one(make_run, changes, failing):
    result = changes(make_run(), make_run({"1/loss": failing}, key="n" * 32))
    assert found(result) == [("newly-failing", "1/loss"), ("redefined", "")]
    text = "\n".join(result.lines())
    assert "1/loss: was pass, is fail: not what mine's own values before it give" in text
    assert "(the case of this name is another one now)" in text
    assert "no change of it is a regression" in text
    assert [change.redefined for change in result.changes] == [True, True]


def test_a_case_whose_meaning_stayed_is_not_excused(make_run, changes, failing):
    result = changes(make_run(), make_run({"1/loss": failing}))
    assert [change.redefined for change in result.changes] == [False]
    assert "another one" not in "\n".join(result.lines())


def test_only_the_chosen_kinds_fail_a_run(make_run, changes, failing):
    result = changes(make_run(), make_run({"1/loss": failing})[:-1])
    assert [change.kind for change in result.failing(kinds_of_change("vanished"))] == ["vanished"]
    assert result.failing(kinds_of_change("much-worse, new")) == ()


def test_at_most_ten_lines_of_a_kind_are_shown(make_run, changes, failing):
    now = [row for i in range(30) for row in make_run({"1/loss": failing}, case=f"case-{i:02}")]
    lines = changes([row for i in range(30) for row in make_run(case=f"case-{i:02}")], now).lines()
    assert lines[0] == "compared with previous.csv: 30 newly failing"
    assert len(lines) == 13
    assert lines[-1] == "    and 20 more"


def test_a_misspelt_kind_gets_the_nearest_right_one():
    with pytest.raises(HarnessError, match=r"got 'newly-failng'\. Did you mean newly-failing\?"):
        kinds_of_change("vanished,newly-failng")


def test_no_kind_at_all_is_refused_because_it_would_fail_nothing():
    with pytest.raises(HarnessError, match="--baseline-fail expected kinds of change, got ''"):
        kinds_of_change("")


def test_every_kind_is_documented_in_its_order():
    section = DOCUMENT.read_text(encoding="utf-8").split("\n## Against an earlier run\n")[1].split("\n## ")[0]
    assert tuple(re.findall(r"^\| `([\w-]+)`", section, re.M)) == KINDS
