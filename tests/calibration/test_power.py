"""``harness power``: a fault that shows is killed, one that does not survives, and few cases kill all."""

import csv
import json
from dataclasses import replace

import pytest

from harness.calibration.kill_matrix import matrix_of
from harness.calibration.power import Task, Trial, tried, without_killed
from harness.calibration.power_page import page
from harness.calibration.power_tables import markdown, matrix_csv
from harness.cases.case import Case
from harness.cases.network import Network
from harness.cli.command_line import main
from harness.errors import HarnessError
from harness.faults import faulty
from harness.layerwise import Layerwise, operators_in
from harness.operators.layers import Dense
from impls import vectorized
from impls.faults import harness_faults

FAULTS = {fault.name: fault for fault in harness_faults()}
BIAS = FAULTS["dense-bias-never-added"]
TINY = FAULTS["dense-forward-whole-off-by-1e-7"]
COARSE = FAULTS["dense-forward-whole-off-by-1e-3"]
RIGHT = Layerwise("right", operators=operators_in(vectorized))


@pytest.fixture
def power(case_file, tmp_path):
    def command(*arguments):
        arguments = ["--jobs", "1", "--reports", str(tmp_path / "reports"), *arguments]
        return main(["power", str(case_file), *arguments])

    return command


def trial_of(fault, dtype):
    case = Case(Network((5,), Dense(3)), dtype=dtype)
    (found,) = tried(case, [fault], RIGHT)
    return found


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_structural_fault_is_killed(dtype):
    found = trial_of(BIAS, dtype)
    assert found.outcome == "killed"
    assert found.seen is not None
    assert found.seen > 1000


def test_an_error_below_what_is_seen_survives_in_float32_and_is_killed_in_float64():
    small, large = trial_of(TINY, "float32"), trial_of(TINY, "float64")
    assert (small.outcome, large.outcome) == ("survived", "killed")
    assert small.seen is not None
    assert large.seen is not None
    assert small.seen < 1 < large.seen


def test_a_fault_that_the_case_does_not_wake_changes_nothing():
    case = Case(Network((5,), Dense(3, use_bias=False)))
    assert tried(case, [BIAS], RIGHT) == [Trial(BIAS.name, case.name, "float32", "unchanged")]


def test_only_what_a_fault_declares_counts():
    case = Case(Network((5,), Dense(3)))
    elsewhere = FAULTS["mean-squared-error-loss-whole-off-by-1e-3"]
    assert [found.outcome for found in tried(case, [elsewhere], RIGHT)] == ["killed"]
    mistaken = replace(elsewhere, moves=("backward/loss",))
    assert [found.outcome for found in tried(case, [mistaken], RIGHT)] == ["survived"]


def test_faults_are_planted_only_in_what_is_right():
    wrong = faulty(BIAS, RIGHT.operators, "wrong")
    with pytest.raises(HarnessError, match=r"wrong expected to be right, .* 1/forward/dense is fail"):
        tried(Case(Network((5,), Dense(3))), [TINY], wrong)


def test_the_command_kills_structural_faults_and_writes_its_files(power, tmp_path, capsys):
    names = [BIAS.name, "conv2d-bias-gradient-over-all-filters", COARSE.name]
    assert power(*(word for name in names for word in ("--fault", name))) == 0
    out = capsys.readouterr().out
    assert "2 of 2 structural faults killed" in out
    head, *rows = csv.reader((tmp_path / "reports" / "power_matrix.csv").read_text().splitlines())
    assert head == ["case", *names]
    assert rows == [["conv2d-5x4x2-float64", "", "K", ""], ["dense-5-float32", "K", "", "K"]]
    fields, *trials = map(json.loads, (tmp_path / "reports" / "power.jsonl").read_text().splitlines())
    assert [dict(zip(fields, trial, strict=True))["outcome"] for trial in trials] == ["killed"] * 3
    assert (tmp_path / "reports" / "power.html").read_text().startswith("<!doctype html>")


def test_a_fault_that_changes_nothing_survives_with_the_reason(power, right, tmp_path, capsys):
    assert power("--impl", str(right), "--fault", "changes-nothing", "--fault", BIAS.name) == 1
    assert "survivor: changes-nothing: it changes nothing in any of 1 cases" in capsys.readouterr().out
    text = (tmp_path / "reports" / "power.html").read_text()
    assert "It &lt;b&gt;is&lt;/b&gt; right." in text
    assert "<b>" not in text
    assert "<script" not in text


def test_a_fault_without_a_case_survives_with_the_reason(power, capsys):
    assert power("--fault", "flatten-reversed") == 1
    assert "survivor: flatten-reversed: no case has its operator" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fault", "dense-bias-never-aded"], "Did you mean dense-bias-never-added?"),
        (["--impl", "keras"], "--impl keras expected one implementation made of operators"),
        (["--jobs", "0"], "--jobs expected an integer of 1 or more, got 0."),
        (["--write", "nowhere.md"], "nowhere.md cannot be read"),
        (["--quick", "--write", "nowhere.md"], "--write needs the whole matrix, which --quick does not try."),
    ],
)
def test_what_cannot_work_is_refused_before_anything_runs(power, arguments, message, capsys):
    assert power(*arguments) == 2
    assert message in capsys.readouterr().err


def test_quick_leaves_a_fault_alone_once_it_is_killed(power, case_file, tmp_path):
    case_file.write_text(
        "from harness import Dense, grid, verifies\n"
        "@verifies(grid(Dense, input_shape=(5,), units=[2, 3, 4], dtype='float32'))\n"
        "def test_dense(): ...\n"
    )
    trials = []
    for arguments in ((), ("--quick",)):
        assert power("--fault", BIAS.name, *arguments) == 0
        trials.append(len((tmp_path / "reports" / "power.jsonl").read_text().splitlines()) - 1)
    assert trials == [3, 1]


def test_a_killed_fault_is_left_out_of_tasks_of_its_format_only():
    cases = [Case(Network((5,), Dense(3)), dtype=dtype) for dtype in ("float32", "float64")]
    left = list(without_killed([Task(case, ("a", "b")) for case in cases], {("a", "float32")}))
    assert [task.faults for task in left] == [("b",), ("a", "b")]


def of(*killed, survived=(), seen=20.0):
    pairs = [(pair, "killed") for pair in killed] + [(pair, "survived") for pair in survived]
    return matrix_of(
        [BIAS, TINY, COARSE],
        [Trial({"b": BIAS, "t": TINY, "c": COARSE}[f].name, case, "float32", o, seen) for (f, case), o in pairs],
    )


def test_the_small_set_of_cases_kills_all_that_any_case_kills():
    matrix = of(("b", "one"), ("t", "one"), ("t", "two"), ("c", "two"), ("b", "three"))
    assert set.union(*(set(matrix.kills[case]) for case in matrix.cover)) == {BIAS.name, TINY.name, COARSE.name}
    assert matrix.cover == ("one", "two")


def test_a_case_that_alone_kills_a_fault_is_found_and_others_are_not():
    matrix = of(("b", "one"), ("t", "one"), ("t", "two"), ("b", "three"), ("c", "two"))
    assert dict(matrix.only_killers) == {"two": {COARSE.name}}


def test_a_graded_change_that_should_have_been_seen_is_a_hole_and_a_smaller_one_is_not():
    assert [hole.case for hole in of(survived=[("c", "one")], seen=10.0).holes] == ["one"]
    assert of(survived=[("c", "one")], seen=9.9).holes == ()
    assert of(survived=[("b", "one")], seen=99.0).holes == ()


def test_survivors_are_structural_and_have_a_reason():
    matrix = of(("c", "one"), survived=[("b", "one")], seen=0.25)
    assert matrix.survivors == (BIAS.name,)
    assert matrix.reason(BIAS.name) == "its largest change, in 1 of 1 cases, is 0.25 times what would be seen"
    assert of(("b", "one")).survivors == ()


def test_tables_do_not_depend_on_the_order_in_which_trials_end():
    trials = [Trial(BIAS.name, case, "float32", "killed", 20.0) for case in ("one", "two", "three")]
    forward, back = (matrix_of([BIAS], order) for order in (trials, trials[::-1]))
    assert matrix_csv(forward) == matrix_csv(back)
    assert markdown(forward, {}, "cases") == markdown(back, {}, "cases")
    assert page(forward, {}) == page(back, {})


def test_a_name_that_is_markup_is_text_on_the_page():
    trial = Trial(BIAS.name, '<img src="x">', "float32", "killed", 20.0)
    text = page(matrix_of([BIAS], [trial]), {"<i>": "&"})
    assert "<img" not in text
    assert "<i>" not in text
    assert "&lt;img" in text
    assert "default-src 'none'" in text
