"""``harness calibrate``: correct implementations raise no alarm, and an alarm is told with its identity."""

import csv
import json

import pytest

from harness.calibration.false_alarm_tables import as_csv, percentile, summary
from harness.calibration.false_alarms import Calibration, Counted
from harness.cases.observables import Observable
from harness.cli.command_line import main
from harness.judging.row import Figures, Row, Run

ARGUMENTS = ["--seeds", "2", "--jobs", "1"]


@pytest.fixture
def calibrate(case_file, tmp_path):
    def command(*arguments):
        return main(["calibrate", str(case_file), *ARGUMENTS, "--reports", str(tmp_path / "reports"), *arguments])

    return command


def rows_on_disk(tmp_path):
    names, *rows = map(json.loads, (tmp_path / "reports" / "calibration.jsonl").read_text().splitlines())
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_correct_implementations_raise_no_alarm(calibrate, tmp_path, capsys):
    assert calibrate("--impl", "vectorized", "--impl", "loops") == 0
    assert "no alarms" in capsys.readouterr().out
    rows = rows_on_disk(tmp_path)
    assert {row["seed"] for row in rows} == {20000, 20001}
    assert {(row["implementation"], row["dtype"]) for row in rows} == {
        (name, dtype) for name in ("vectorized", "loops") for dtype in ("float32", "float64")
    }
    assert {row["verdict"] for row in rows} == {"pass"}


def test_a_planted_error_is_an_alarm_with_its_identity(calibrate, wrong, capsys):
    assert calibrate("--impl", str(wrong)) == 1
    alarms = [line for line in capsys.readouterr().out.splitlines() if line.startswith("alarm: ")]
    assert alarms[0].startswith("alarm: wrong · dense-5-float32 · seed 20000 · 1/forward/dense; fail; ")
    assert "side with the expected value" in alarms[0]
    # The prediction after the last step has no bias either, under each of two seeds.
    assert len(alarms) == 4


def test_the_table_has_every_operator_and_observable_with_its_count(calibrate, tmp_path):
    assert calibrate("--impl", "vectorized") == 0
    table = list(csv.DictReader((tmp_path / "reports" / "calibration.csv").read_text().splitlines()))
    counts = {(row["operator"], row["observable"]): int(row["comparisons"]) for row in table}
    rows = rows_on_disk(tmp_path)
    assert sum(counts.values()) == len(rows)
    # Weight and bias of one case under two seeds; what becomes of them is the optimizer's, here and in the other case.
    assert counts["Dense", "gradient"] == 4
    assert counts["SGD", "update"] == 8
    assert all(float(row["t_50"]) <= float(row["t_90"]) <= float(row["t_max"]) for row in table)


def test_tables_go_between_the_markers_of_a_document(calibrate, tmp_path):
    document = tmp_path / "verdict.md"
    document.write_text("before\n<!-- begin calibration -->\nold\n<!-- end calibration -->\nafter\n")
    assert calibrate("--impl", "vectorized", "--write", str(document)) == 0
    first = document.read_text()
    assert first.startswith("before\n<!-- begin calibration -->\n")
    assert first.endswith("<!-- end calibration -->\nafter\n")
    assert "2 cases (2 slow ones are left out) from seeds 20000 to 20001, by vectorized" in first
    assert "| Dense | forward |" in first
    assert "old" not in first
    assert calibrate("--impl", "vectorized", "--write", str(document)) == 0
    assert document.read_text() == first


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--seeds", "0"], "--seeds expected an integer of 1 or more, got 0."),
        (["--first-seed", "-1"], "--first-seed expected an integer of 0 or more, got -1."),
        (["--jobs", "0"], "--jobs expected an integer of 1 or more, got 0."),
        (["--impl", "vectrized"], "Did you mean vectorized?"),
        (["--write", "nowhere.md"], "nowhere.md cannot be read"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_runs(calibrate, arguments, message, capsys):
    assert calibrate(*arguments) == 2
    assert message in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_refused(capsys):
    assert main(["calibrate", "nowhere"]) == 2
    assert "nowhere: there is no such file or folder of cases." in capsys.readouterr().err


def test_a_document_without_markers_is_refused(calibrate, tmp_path, capsys):
    document = tmp_path / "verdict.md"
    document.write_text("<!-- begin calibration -->")
    assert calibrate("--write", str(document)) == 2
    assert "expected the lines <!-- begin calibration --> and <!-- end calibration --> once" in capsys.readouterr().err
    assert document.read_text() == "<!-- begin calibration -->"


def test_an_interrupted_run_keeps_and_shows_what_there_is(calibrate, tmp_path, monkeypatch, capsys):
    steps = []

    def interrupt(progress, note=""):
        steps.append(note)
        if len(steps) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("harness.calibration.processes.Progress.step", interrupt)
    assert calibrate("--impl", "vectorized") == 130
    assert "interrupted" in capsys.readouterr().out
    assert len({(row["case"], row["seed"]) for row in rows_on_disk(tmp_path)}) == 3


def test_two_processes_find_the_same_as_one(calibrate, tmp_path):
    found = []
    for jobs in ("1", "2"):
        assert calibrate("--impl", "vectorized", "--jobs", jobs) == 0
        found.append((tmp_path / "reports" / "calibration.csv").read_text())
    assert found[0] == found[1]


def row(verdict="pass", reason="", t=None):
    run = Run("a", "", "float32", 1, "mine", "1")
    observable = Observable("1/forward/dense", "forward", (3, 4), 1, "dense")
    figures = None if t is None else Figures(12, (0, 0), 0.5, 0.5, 0.0, None, None, None, t / 8, t, 1.0, 0.5, 1e-6)
    return Counted("Dense", Row(run, observable, "Dense", verdict, reason, figures=figures))


def test_what_was_not_judged_is_no_comparison_and_what_was_looked_at_twice_is_shown():
    calibration = Calibration()
    calibration.add([row(verdict="unsupported", reason="no"), row(reason="marginal: t = 9", t=9.0), row(t=1.0)])
    assert calibration.count == 2
    text = summary(calibration)
    assert "2 comparisons, no alarms, 1 marginal" in text
    assert "1 rows of mine unsupported" in text
    assert "marginal: mine · a · seed 1 · 1/forward/dense; pass; marginal: t = 9" in text


def test_a_percentile_is_one_of_the_numbers():
    calibration = Calibration()
    calibration.add([row(t=float(number)) for number in range(1, 11)])
    (distribution,) = calibration.by_stage.values()
    assert [percentile(distribution, "t", percent) for percent in (50, 90, 99, 100)] == [5, 9, 10, 10]
    assert percentile(distribution, "end_to_end", 50) is None
    assert as_csv(calibration).splitlines()[1].startswith("Dense,forward,10,0,5,9,10,10,1,")
