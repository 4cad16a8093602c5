"""What pytest itself has loaded, by ``-p`` or as a conftest.py, is a plugin of ours where it has something of ours."""

import csv

import pytest

from tests.pytest.conftest import IMPLEMENTATION
from tests.pytest.test_mistakes import refused

MINE = IMPLEMENTATION.format(factor=1, before="")
HOOK = "\n\ndef {name}():\n    return [mine]\n"
RIGHT = HOOK.format(name="harness_implementations")
MISSPELT = HOOK.format(name="harness_implementation")
CASES = (
    "from harness import Dense, grid\n\n\ndef harness_cases():\n    return list(grid(Dense, input_shape=(5,), units=4))"
)
# What a run distributed over two processes is given, and one that is not.
PROCESSES = pytest.mark.parametrize("processes", [[], ["-n", "2"]], ids=["alone", "distributed"])


@pytest.fixture
def importable(project, monkeypatch):
    """What lies in the folder of the project can be imported, in every process."""
    monkeypatch.setenv("PYTHONPATH", str(project.path), prepend=":")
    return project


def implementations(project):
    with (project.path / "reports" / "report.csv").open(encoding="utf-8", newline="") as file:
        return {row["implementation"] for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("source", "processes"),
    [(MINE, []), (MINE, ["-n", "2"]), (MINE + RIGHT, [])],
    ids=["module-level name", "module-level name, distributed", "hook"],
)
def test_what_a_module_named_with_p_offers_is_verified(importable, source, processes):
    importable.makepyfile(mine=source)
    result = importable.runpytest_subprocess("-p", "mine", "--impl", "mine", *processes)
    result.assert_outcomes(passed=4)
    assert implementations(importable) == {"mine"}


def test_the_name_of_the_module_stands_for_all_that_it_offers(importable):
    importable.makepyfile(several=MINE + "\nother = Layerwise('other', operators=mine.operators)")
    importable.runpytest_subprocess("-p", "several", "--impl", "several").assert_outcomes(passed=8)


def test_it_runs_by_default_beside_the_others(importable):
    importable.makepyfile(mine=MINE)
    importable.runpytest_subprocess("-p", "mine")
    assert implementations(importable) == {"keras", "loops", "vectorized", "mine"}


def test_the_command_that_repeats_a_failure_names_it(importable):
    importable.makepyfile(mine=IMPLEMENTATION.format(factor=2, before=""))
    result = importable.runpytest_subprocess("-p", "mine", "--impl", "mine")
    result.stdout.fnmatch_lines(["*to repeat it: pytest *units3-float32-mine* -p mine"])


@PROCESSES
def test_hooks_in_a_conftest_are_heard(project, processes):
    project.makeconftest(MINE + RIGHT)
    result = project.runpytest_subprocess("--impl", "mine", *processes)
    result.assert_outcomes(passed=4)


def test_hooks_in_a_module_that_a_conftest_names_are_heard(importable):
    importable.makepyfile(mine=MINE + RIGHT)
    importable.makeconftest("pytest_plugins = ['mine']")
    importable.runpytest_subprocess("--impl", "mine").assert_outcomes(passed=4)


def test_cases_from_a_conftest_are_verified(project):
    project.makeconftest(CASES)
    project.makepyfile(
        test_dense="from harness import plugin_cases, verifies\n\n\n@verifies(plugin_cases)\ndef test_it(): ..."
    )
    project.runpytest("--impl", "vectorized").assert_outcomes(passed=2)


def test_a_misspelt_hook_in_a_module_named_with_p_is_refused(importable):
    importable.makepyfile(mine=MINE + MISSPELT)
    result = importable.runpytest_subprocess("-p", "mine", "--impl", "vectorized")
    refused(result, "plugin 'mine' (mine)", "no hook harness_implementation.", "mean harness_implementations?")


def test_a_misspelt_hook_in_a_conftest_is_shown_and_the_rest_goes_on(project):
    project.makeconftest(MINE + MISSPELT)
    result = project.runpytest("--impl", "vectorized")
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(
        ["harness: plugin 'conftest' (conftest.py) was set aside: there is no hook harness_implementation. Did you *"]
    )


def test_choosing_what_a_broken_conftest_would_have_offered_says_why(project):
    project.makeconftest(MINE + MISSPELT)
    result = project.runpytest_subprocess("--impl", "mine")
    refused(result, "--impl mine names no implementation", "conftest was set aside: there is no hook")


OTHERS = {
    "a pytest plugin": "def pytest_report_header():\n    return 'hello'",
    "fixtures of any name": "import pytest\n\n\n@pytest.fixture\ndef harness_cases():\n    return 5\n\n\n"
    "@pytest.fixture\ndef harness_implementation():\n    return 5",
    "an import of this package": "import harness.plugins as harness_plugins\nfrom harness import Layerwise",
    "an implementation that no -p named": MINE,
}


@pytest.mark.parametrize("source", OTHERS.values(), ids=OTHERS)
def test_a_conftest_is_none_of_our_business_with(project, source):
    project.makeconftest(source)
    result = project.runpytest()
    assert "set aside" not in result.stdout.str()
    assert implementations(project) == {"keras", "loops", "vectorized"}


@PROCESSES
def test_a_conftest_that_is_met_too_late_is_refused_with_the_way_out(project, processes):
    deep = project.mkdir("deep")
    (deep / "conftest.py").write_text(MINE + RIGHT)
    (deep / "test_more.py").write_text("def test_nothing(): ...")
    result = project.runpytest_subprocess("--impl", "vectorized", *processes)
    refused(result, "harness: deep/conftest.py has hooks", "Move the hooks to the conftest.py", "pytest deep")
    (deep / "test_more.py").write_text((project.path / "test_dense.py").read_text())
    project.runpytest_subprocess("--impl", "mine", "deep", *processes).assert_outcomes(passed=4)


def test_a_deep_conftest_without_hooks_is_none_of_our_business(project):
    deep = project.mkdir("deep")
    (deep / "conftest.py").write_text(OTHERS["fixtures of any name"])
    (deep / "test_more.py").write_text("def test_nothing(): ...")
    project.runpytest("--impl", "vectorized").assert_outcomes(passed=5)


def test_an_installed_plugin_that_is_named_with_p_as_well_is_loaded_once(project):
    result = project.runpytest("-p", "impls.vectorized", "--impl", "vectorized")
    result.assert_outcomes(passed=4)
    assert "set aside" not in result.stdout.str()
