"""Runs that are distributed, interrupted or killed, and runs that have nothing to do with this plugin."""

import csv
import json
import signal
import subprocess
import sys

import pytest

CONFIGURATION = "import os; os.environ.setdefault('PYTHONDONTWRITEBYTECODE', '1')"


def table(project):
    with (project.path / "reports" / "report.csv").open(encoding="utf-8", newline="") as file:
        return [{name: value for name, value in row.items() if name != "seconds"} for row in csv.DictReader(file)]


def test_a_distributed_run_finds_the_same(project, mine):
    path = mine(factor=2)
    project.runpytest_subprocess("--impl", path)
    alone = table(project)
    result = project.runpytest_subprocess("--impl", path, "-n", "2")
    result.assert_outcomes(failed=4)
    assert table(project) == alone


def test_a_worker_that_dies_loses_only_its_own_case(project, mine):
    before = "import os; x.shape == (5, 5) and layer.units == 4 and x.dtype == 'float32' and os._exit(3)"
    result = project.runpytest_subprocess("--impl", mine(before=before), "--in-process", "-n", "2")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*the process died that ran*units4-float32-mine*"])
    result.stdout.fnmatch_lines(["*1 of 4 runs of a case were not carried out*"])
    assert {row["case"] for row in table(project)} == {
        "dense-5-units3-float32", "dense-5-units3-float64", "dense-5-units4-float64",
    }  # fmt: skip


def test_an_interrupted_run_reports_what_was_done(project, mine):
    before = "if layer.units == 4: raise KeyboardInterrupt"
    result = project.runpytest_subprocess("--impl", mine(before=before), "--in-process")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*the run was interrupted*", "*2 of 4 runs of a case were not carried out*"])
    assert {row["case"] for row in table(project)} == {"dense-5-units3-float32", "dense-5-units3-float64"}


def test_a_killed_run_leaves_its_rows_on_disk_and_the_next_says_where(project, mine):
    before = "import os, signal; layer.units == 4 and os.kill(os.getpid(), signal.SIGKILL)"
    result = project.runpytest_subprocess("--impl", mine(before=before), "--in-process")
    assert result.ret == -signal.SIGKILL
    (journal,) = (project.path / "reports").glob("unfinished-*.jsonl")
    names, *rows = map(json.loads, journal.read_text(encoding="utf-8").splitlines())
    cases = {dict(zip(names, row, strict=True))["case"] for row in rows}
    assert cases == {"dense-5-units3-float32", "dense-5-units3-float64"}
    after = project.runpytest_subprocess("--impl", mine())
    after.stdout.fnmatch_lines([f"*a run was killed*{journal.name}"])


def test_a_finished_run_leaves_no_unfinished_rows(project, mine):
    project.runpytest("--impl", mine(factor=2))
    assert not list((project.path / "reports").glob("unfinished-*"))


def test_a_run_whose_results_are_stored_never_imports_tensorflow(project):
    program = (
        "import sys, pytest\n"
        "status = pytest.main(['--impl', 'vectorized', '--impl', 'keras', '-q'])\n"
        "print('status', int(status), 'tensorflow' in sys.modules, 'keras' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=project.path, capture_output=True, text=True, check=True)
    assert "status 0 False False" in done.stdout, done.stdout


def test_the_plugin_is_silent_and_light_where_nothing_is_verified(pytester):
    pytester.makepyfile(test_other="def test_nothing():\n    pass")
    program = (
        "import sys, pytest; pytest.main(['-q']); print('loaded', {'numpy', 'harness.cases.case'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=pytester.path, capture_output=True, text=True, check=True
    )
    assert "loaded set()" in done.stdout
    assert "harness:" not in done.stdout
    assert not (pytester.path / "reports").exists()
