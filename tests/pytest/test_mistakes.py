"""What a user can get wrong: one message each, never a traceback into this package."""

import pytest

INSIDE = ("harness/pytest_", "harness/plugins", "harness/verification", "Traceback")


def refused(result, *parts):
    """The run did not succeed, and says every part in one of its lines."""
    text = result.stdout.str() + result.stderr.str()
    assert result.ret not in (pytest.ExitCode.OK, pytest.ExitCode.INTERNAL_ERROR)
    line = [line for line in text.splitlines() if all(part in line for part in parts)]
    assert line, text
    assert not any(part in text for part in INSIDE), text


def test_an_implementation_that_nobody_offers(project):
    refused(project.runpytest("--impl", "vectrized"), "--impl vectrized names no implementation", "mean vectorized?")


def test_a_file_that_is_not_there(project):
    refused(project.runpytest("--impl", "nothing.py"), "nothing.py", "there is no such file")


def test_a_file_that_does_not_import(project):
    project.makepyfile(mine="import no_such_module")
    result = project.runpytest("--impl", "mine.py")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*mine*set aside*", "*No module named 'no_such_module'*"])


def test_a_file_that_offers_nothing(project):
    project.makepyfile(mine="x = 1")
    refused(project.runpytest("--impl", "mine.py"), "offers nothing", "harness_implementations()")


def test_a_misspelt_hook(project):
    project.makepyfile(mine="def harness_implementation():\n    return []")
    refused(project.runpytest("--impl", "mine.py"), "no hook harness_implementation", "mean harness_implementations?")


def test_a_string_in_the_place_of_a_list(project):
    project.makepyfile(mine="def harness_implementations():\n    return 'mine'")
    refused(project.runpytest("--impl", "mine.py"), "must return a list of Implementation", "str 'mine'")


def test_a_name_that_is_taken(project):
    project.makepyfile(mine="from harness import Layerwise\nmine = Layerwise('vectorized')")
    refused(project.runpytest("--impl", "mine.py"), "already taken by plugin 'vectorized'")


@pytest.mark.parametrize("option", ["--time-limit=0", "--memory-limit=-1"])
def test_a_limit_that_nothing_can_keep(project, option):
    result = project.runpytest(option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    refused(result, f"{option.partition('=')[0]} expected a number of", "above 0")


def test_a_negative_seed(project):
    refused(project.runpytest("--seed=-1"), "--seed expected an integer of 0 or more, got -1")


def test_a_baseline_that_is_not_there(project):
    refused(project.runpytest("--baseline", "nothing.csv"), "nothing.csv", "cannot be read")


def test_a_baseline_that_is_no_report(project):
    (project.path / "other.csv").write_text("a,b\n1,2\n")
    refused(project.runpytest("--baseline", "other.csv"), "other.csv", "lacks the columns")


def test_an_unknown_kind_of_change(project):
    (project.path / "other.csv").write_text("a,b\n1,2\n")
    result = project.runpytest("--baseline", "other.csv", "--baseline-fail", "newly-failed")
    refused(result, "--baseline-fail", "newly-failed", "mean newly-failing?")


def test_kinds_of_change_without_a_baseline(project):
    refused(project.runpytest("--baseline-fail", "vanished"), "needs --baseline")


def test_no_case_selected(project):
    result = project.runpytest("--impl", "vectorized", "-k", "nothing_is_called_so")
    refused(result, "no case was selected, so nothing was verified")


def test_a_reports_folder_that_is_a_file(project):
    (project.path / "file").write_text("")
    refused(project.runpytest("--impl", "vectorized", "--reports", "file"), "cannot be written", "--reports")


def test_a_misspelt_argument_in_a_case_file_is_told_with_its_line(project):
    project.makepyfile(
        test_dense="from harness import Dense, grid, verifies\n\nG = grid(Dense, input_shape=(5,), unit=3)\n"
    )
    refused(project.runpytest(), "harness: test_dense.py:3: Dense got unit=3", "mean units?")


def test_a_run_that_ends_before_its_first_case_leaves_the_earlier_report(project):
    project.runpytest("--impl", "vectorized")
    earlier = (project.path / "reports" / "report.csv").read_bytes()
    project.makepyfile(test_wrong="from harness import Conv2d\n")
    refused(project.runpytest("--impl", "vectorized"), "the run ended before its first case, so nothing was verified")
    assert (project.path / "reports" / "report.csv").read_bytes() == earlier


def test_a_misspelt_name_in_a_case_file_is_told_with_its_line(project):
    project.makepyfile(test_dense="from harness import Dense\nfrom harness import Conv2d\n")
    refused(project.runpytest(), "harness: test_dense.py:2: harness has no Conv2d", "mean Conv2D?")


def test_an_option_given_without_this_plugin_is_unknown(project):
    result = project.runpytest("-p", "no:harness", "--impl", "vectorized")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*unrecognized arguments: --impl*"])


TWICE = """
from harness import Dense, grid, verifies

SMALL = grid(Dense, input_shape=(5,), units=[3])


@verifies(SMALL)
def test_once(): ...


@verifies(SMALL)
def test_twice(): ...
"""


@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one", "two"])
def test_two_cases_of_one_name(project, processes):
    project.makepyfile(test_dense=TWICE)
    result = project.runpytest("--impl", "vectorized", *processes)
    refused(result, "expected every case to have a name of its own, got 'dense-5-float32'", "Give one grid another")
    refused(result, "2 of 4 runs of a case were not carried out")
    result.assert_outcomes(passed=2, failed=2)
