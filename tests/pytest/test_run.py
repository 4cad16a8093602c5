"""A run of pytest from its options to its reports."""

import csv
import re
import shlex
import sqlite3
import xml.etree.ElementTree as ElementTree

import pytest

from harness.verification import REFERENCE


def rows_in(project):
    with (project.path / "reports" / "report.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_case_is_an_item_for_each_implementation_with_a_readable_ascii_id(project):
    result = project.runpytest("--collect-only", "-q", "--impl", "vectorized")
    result.stdout.fnmatch_lines(
        [
            f"test_dense.py::test_dense[[]dense-5-units{n}-{d}-vectorized]"
            for n in (3, 4)
            for d in ("float32", "float64")
        ]
    )


def test_keras_in_float64_has_no_item_because_everything_is_compared_with_it(project):
    result = project.runpytest("--collect-only", "-q", "--impl", REFERENCE)
    assert "float32-keras" in result.stdout.str()
    assert "float64-keras" not in result.stdout.str()


def test_a_right_implementation_passes_and_three_reports_are_written(project, mine):
    result = project.runpytest("--impl", mine(factor=1))
    assert result.ret == pytest.ExitCode.OK
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["harness: mine, against keras in float64*", "*of Keras's results are stored in*"])
    result.stdout.fnmatch_lines(["GOOD: * observables passed, * of * were not judged"])
    assert {"report.csv", "report.html", "report.json"} <= {path.name for path in (project.path / "reports").iterdir()}


def test_a_wrong_gradient_fails_at_that_gradient_and_tells_which(project, mine):
    result = project.runpytest("--impl", mine(factor=2))
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(failed=4)
    result.stdout.fnmatch_lines(["*step 1 · gradient of dense.kernel · the first wrong stage going backward*"])
    failed = [
        row["observable"] for row in rows_in(project) if row["case"].endswith("float64") and row["verdict"] == "fail"
    ]
    assert failed[0] == "1/gradient/dense/kernel"


def test_the_command_that_a_failure_hands_over_repeats_it(project, mine):
    result = project.runpytest("--impl", mine(factor=2), "--seed", "5")
    command = re.search(r"to repeat it: pytest (.*)", result.stdout.str())[1]
    again = project.runpytest(*shlex.split(command))
    again.assert_outcomes(failed=1)


def test_rows_of_a_run_stand_in_the_order_of_computation(project):
    project.runpytest("--impl", "vectorized")
    first = [row["observable"] for row in rows_in(project)][:4]
    assert first == ["1/forward/dense", "1/loss", "1/backward/loss", "1/gradient/dense/kernel"]


def test_what_declines_everything_is_skipped_with_its_reason_and_fails_the_run(project):
    project.makepyfile(mine="from harness import Layerwise\nmine = Layerwise('mine')")
    result = project.runpytest("--impl", "mine.py", "-rs")
    result.assert_outcomes(skipped=4)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "not judged",
            "  mine: 40 unsupported: mine does not implement Dense",
            "  nothing of mine passed*",
            "SKIPPED [[]4] test_dense.py:*: unsupported: mine does not implement Dense",
        ]
    )


def test_another_seed_draws_other_numbers_and_names_the_seed(project, mine):
    project.runpytest("--impl", mine())
    before = {(row["case"], row["observable"]): row["expected"] for row in rows_in(project)}
    result = project.runpytest("--impl", mine(), "--seed", "7")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*seed: 7"])
    after = {(row["case"], row["observable"]): row["expected"] for row in rows_in(project)}
    assert before.keys() == after.keys()
    assert before["dense-5-units3-float32", "1/forward/dense"] != after["dense-5-units3-float32", "1/forward/dense"]


def test_slow_cases_are_left_out_and_counted_unless_asked_for(project):
    project.makepyfile(
        test_dense="import pytest\nfrom harness import Dense, grid, verifies\n"
        "@pytest.mark.slow\n@verifies(grid(Dense, input_shape=(5,), units=[3, 4]))\ndef test_slow(): ..."
    )
    chosen = ("--collect-only", "-q", "--impl", "vectorized")
    assert "4 deselected" in project.runpytest(*chosen).stdout.str()
    assert "4 tests collected" in project.runpytest(*chosen, "-m", "slow").stdout.str()
    named = "test_dense.py::test_slow[dense-5-units3-float32-vectorized]"
    assert "1 test collected" in project.runpytest(*chosen, named).stdout.str()


def test_selection_by_keyword_and_last_failed_work(project, mine):
    wrong = "import numpy; off = float(x.dtype == numpy.float64)"
    path = mine(before=wrong)
    text = (project.path / path).read_text().replace('weights["bias"], x', 'weights["bias"] + off, x')
    (project.path / path).write_text(text)
    project.runpytest("--impl", path).assert_outcomes(passed=2, failed=2)
    project.runpytest("--impl", path, "--lf").assert_outcomes(failed=2)
    project.runpytest("--impl", path, "-k", "units4 and float64").assert_outcomes(failed=1)
    stopped = project.runpytest("--impl", path, "-x")
    stopped.assert_outcomes(passed=1, failed=1)
    stopped.stdout.fnmatch_lines(["*2 of 4 runs of a case were not carried out*"])


def test_junit_carries_the_worst_row(project, mine):
    project.runpytest("--impl", mine(factor=2), "--junitxml", "out.xml")
    cases = ElementTree.parse(project.path / "out.xml").iter("testcase")
    properties = [{p.get("name"): p.get("value") for p in case.iter("property")} for case in cases]
    assert len(properties) == 4
    assert {each["harness.first_wrong_backward"] for each in properties} == {"1/gradient/dense/kernel"}


def test_a_baseline_lists_what_changed_and_fails_the_run_when_told_to(project, mine):
    project.runpytest("--impl", mine(factor=1))
    earlier = project.path / "earlier.csv"
    (project.path / "reports" / "report.csv").rename(earlier)
    same = project.runpytest("--impl", mine(factor=1), "--baseline", "earlier.csv")
    same.stdout.fnmatch_lines(["compared with earlier.csv: no change"])
    worse = project.runpytest("--impl", mine(factor=2), "--baseline", "earlier.csv", "--baseline-fail", "newly-failing")
    worse.stdout.fnmatch_lines(["compared with earlier.csv: * newly failing", "NOT GOOD: * changes of the kinds*"])
    fewer = ("--impl", mine(factor=1), "--baseline", "earlier.csv", "-k", "units3")
    assert project.runpytest(*fewer).ret == pytest.ExitCode.OK
    assert project.runpytest(*fewer, "--baseline-fail", "vanished").ret == pytest.ExitCode.TESTS_FAILED


def test_a_damaged_result_is_computed_again_and_told(project, mine):
    with sqlite3.connect(project.path / "reports" / "oracle.sqlite") as connection:
        connection.execute("UPDATE oracle SET tensors = zeroblob(100)")
    connection.close()
    result = project.runpytest("--impl", mine())
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*held a damaged result*computed again*"])


def test_nobodys_pytest_gets_a_fixture_from_this_package(project):
    result = project.runpytest("--fixtures", "test_dense.py")
    result.stdout.fnmatch_lines(["*fixtures defined from *"])
    result.stdout.no_fnmatch_line("*fixtures defined from harness*")


def test_cases_of_a_plugin_are_run_where_a_case_file_asks_for_them(project):
    project.makepyfile(
        test_dense="from harness import plugin_cases, verifies\n@verifies(plugin_cases)\ndef test_theirs(): ...",
        mine="from harness import Dense, Layerwise, grid, hookimpl\nfrom harness.layerwise import operators_in\n"
        "from impls import vectorized\n"
        "@hookimpl\ndef harness_cases():\n    return list(grid(Dense, input_shape=(5,), units=[3, 4]))\n"
        "@hookimpl\ndef harness_implementations():\n"
        "    return [Layerwise('mine', operators=operators_in(vectorized))]",
    )
    project.runpytest("--impl", "mine.py").assert_outcomes(passed=4)
    without_the_plugin = project.runpytest("--impl", "vectorized")
    without_the_plugin.assert_outcomes(passed=0)
    assert without_the_plugin.ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_writer_that_raises_stops_no_other_and_fails_the_run(project):
    project.makepyfile(
        mine="from harness import hookimpl\nfrom harness.report.writer import Writer\n"
        "class Broken(Writer):\n    name = 'broken'\n"
        "    def write(self, report, folder):\n        raise ValueError('no')\n"
        "@hookimpl\ndef harness_writers():\n    return [Broken()]\n"
        "@hookimpl\ndef harness_implementations():\n    from impls.vectorized import harness_implementations as them\n"
        "    (found,) = them()\n    found.name = 'mine'\n    return [found]"
    )
    result = project.runpytest("--impl", "mine.py", "--in-process")
    result.assert_outcomes(passed=4)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["ERROR: writer 'broken' raised ValueError: no"])
    assert len(rows_in(project)) > 0


def test_the_command_repeats_a_failure_from_where_pytest_was_called(project, mine, monkeypatch):
    mine(factor=2)
    inside = project.mkdir("inside")
    (project.path / "mine.py").rename(inside / "mine.py")
    monkeypatch.chdir(inside)
    result = project.runpytest("..", "--impl", "mine.py", "-k", "units3-float32")
    command = re.search(r"to repeat it: pytest (.*)", result.stdout.str())[1]
    assert shlex.split(command)[0].startswith("../test_dense.py::")
    project.runpytest(*shlex.split(command)).assert_outcomes(failed=1)


def test_the_store_is_closed_when_the_run_ends(project):
    project.runpytest_inprocess("--impl", "vectorized").assert_outcomes(passed=4)
    # SQLite takes its log away when the last connection is closed.
    assert not (project.path / "reports" / "oracle.sqlite-wal").exists()
