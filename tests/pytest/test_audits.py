"""Everyone in a run is audited at least once, and in the same cases however the run is carried out."""

import csv

import pytest


def looked_at(project):
    with (project.path / "reports" / "report.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "purity"]
    return sorted((row["implementation"], row["case"], row["observable"], row["verdict"]) for row in rows)


@pytest.mark.parametrize("selected", ["units3-float32", "units3-float64", "units4-float32", "units4-float64"])
def test_a_run_of_a_single_case_audits_it(project, mine, selected):
    project.runpytest("--impl", mine(), "-k", selected).assert_outcomes(passed=1, deselected=3)
    assert {verdict for *_, verdict in looked_at(project)} == {"pass"}
    assert [name for _, _, name, _ in looked_at(project)] == [
        "purity/after-another-problem", "purity/inputs-unchanged", "purity/order-of-samples", "purity/same-twice",
    ]  # fmt: skip


def test_a_distributed_run_audits_the_same_cases_of_everyone(project, mine):
    path = mine()
    project.runpytest_subprocess("--impl", path, "--impl", "vectorized").assert_outcomes(passed=8)
    alone = looked_at(project)
    assert {implementation for implementation, *_ in alone} == {"mine", "vectorized"}
    project.runpytest_subprocess("--impl", path, "--impl", "vectorized", "-n", "2").assert_outcomes(passed=8)
    assert looked_at(project) == alone


def test_what_an_audit_finds_fails_the_item_and_the_run_and_says_what(project, mine):
    # From the second run on, the output is another function of what came in.
    before = "import sys; sys.runs = getattr(sys, 'runs', 0) + 1; x = x if sys.runs < 3 else x * 2"
    result = project.runpytest("--impl", mine(before=before), "-k", "units3-float32")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*purity · same twice*", "*answers change when the same problem is run twice, and then *"]
    )


def test_an_item_of_which_nothing_was_judged_is_skipped_whatever_it_changed_around_it(project, mine):
    before = "import os; from harness import Unsupported; os.umask(1)\n        raise Unsupported('not today')"
    result = project.runpytest("--impl", mine(before=before))
    result.assert_outcomes(skipped=4)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*nothing of mine passed (40 unsupported)*"])


def test_the_limits_of_a_run_reach_the_programs_in_it(project):
    project.makepyfile(
        mine="import sys\nfrom harness import Process\n"
        "mine = Process('mine', [sys.executable, '-c', 'import time; print(5, flush=True); time.sleep(60)'])"
    )
    for options in ((), ("--in-process",)):
        result = project.runpytest("--impl", "mine.py", "--time-limit", "0.5", "-k", "units3-float32", *options)
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(
            ["*mine took more than 0.5 s (--time-limit) and was stopped; its last output:", "*5"]
        )
