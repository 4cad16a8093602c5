"""Files named with --impl run in processes of their own: what one does there costs one case of the run."""

import csv
import os
import signal
import subprocess
import sys
import time

import pytest

LAST = "layer.units == 4 and x.dtype == 'float64' and"


def verdicts(project):
    with (project.path / "reports" / "report.csv").open(encoding="utf-8", newline="") as file:
        return {(row["case"], row["verdict"]): row["reason"] for row in csv.DictReader(file)}


def passed(case):
    return f"dense-5-units{case}", "pass"


def others_passed(found):
    return {passed(each) for each in ("3-float32", "3-float64", "4-float32")} <= found.keys()


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "distributed"])
def test_a_crash_is_one_failed_case_with_exit_code_and_last_output(project, mine, options):
    path = mine(before=f"import os; {LAST} (print('last words'), os._exit(3))")
    result = project.runpytest_subprocess("--impl", path, *options)
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        ["*mine crashed; none of 10 observables can be judged*", "*exit code 3*", "*last words*"]
    )
    found = verdicts(project)
    assert others_passed(found)
    assert "ended with exit code 3" in found["dense-5-units4-float64", "crash"]


def test_an_endless_loop_is_one_failed_case_with_its_place(project, mine):
    path = mine(before=f"{LAST} [0 for _ in iter(int, 1)]")
    result = project.runpytest("--impl", path, "--time-limit", "1")
    result.assert_outcomes(passed=3, failed=1)
    found = verdicts(project)
    assert others_passed(found)
    reason = found["dense-5-units4-float64", "timeout"]
    assert "took more than 1 s" in reason
    assert "mine.py" in reason


def test_unbounded_allocation_is_one_failed_case(project, mine):
    path = mine(before=f"import numpy as np; {LAST} [np.ones(2**20) for _ in range(10**6)]")
    result = project.runpytest("--impl", path, "--memory-limit", "300")
    result.assert_outcomes(passed=3, failed=1)
    found = verdicts(project)
    assert others_passed(found)
    assert "used more than 300 MiB" in found["dense-5-units4-float64", "crash"]


def test_in_process_a_file_runs_in_pytests_own_process_and_the_repeating_command_says_so(project, mine):
    path = mine(factor=2, before="import os; print('here', os.getpid())")
    result = project.runpytest("--impl", path, "--in-process")
    result.assert_outcomes(failed=4)
    result.stdout.fnmatch_lines([f"here {os.getpid()}", "*--impl mine.py --in-process*"])
    result = project.runpytest("--impl", path)
    result.assert_outcomes(failed=4)
    assert f"here {os.getpid()}" not in result.stdout.str()
    result.stdout.fnmatch_lines(["here *"])
    assert "--in-process" not in result.stdout.str()


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (("--time-limit", "0"), "--time-limit expected a number of seconds above 0, got 0."),
        (("--memory-limit", "-5"), "--memory-limit expected a number of MiB above 0, got -5."),
    ],
)
def test_a_limit_of_nothing_is_refused(project, mine, option, words):
    result = project.runpytest("--impl", mine(), *option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{words}"])


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells which processes there are")
def test_an_interrupted_run_ends_the_processes_and_reports_what_was_done(interruptible, project, mine):
    note = "open('pid.new', 'w').write(str(os.getpid())), os.rename('pid.new', 'pid')"
    path = mine(before=f"import os, time; {LAST} ({note}, time.sleep(60))")
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", "--impl", path, "--time-limit", "60"],
        cwd=project.path, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    pid = project.path / "pid"
    until = time.monotonic() + 30
    while not pid.exists():
        assert time.monotonic() < until
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGINT)
    printed, _ = run.communicate(timeout=30)
    assert run.returncode == pytest.ExitCode.INTERRUPTED
    assert "the run was interrupted" in printed
    assert others_passed(verdicts(project))
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
