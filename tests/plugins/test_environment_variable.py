"""HARNESS_PLUGINS limits what installed packages bring, in every process of a run, and never in silence."""

import json
import sys

import pytest

from harness.cli.command_line import main
from harness.errors import PluginError
from harness.plugins.found import LeftOut, Quarantined
from harness.plugins.loading import load_and_choose, load_plugins
from tests.plugins.conftest import CASE_FILE

OWN = {"faults", "keras", "loops", "notebook", "torch", "vectorized"}


@pytest.fixture
def example(installed, monkeypatch):
    """The example package is installed in this process, as long as the test goes on."""
    monkeypatch.syspath_prepend(installed)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "harness_example"]:
        del sys.modules[name]


@pytest.fixture
def wished(monkeypatch):
    """Returns a function that sets the variable."""
    return lambda value: monkeypatch.setenv("HARNESS_PLUGINS", value)


def names(plugins):
    return {plugin.name for plugin in plugins.loaded}


@pytest.mark.usefixtures("example")
def test_without_the_variable_everything_is_loaded(monkeypatch):
    monkeypatch.delenv("HARNESS_PLUGINS", raising=False)
    plugins = load_plugins()
    assert names(plugins) >= {*OWN, "example"}
    assert plugins.quarantined == ()


@pytest.mark.usefixtures("example")
@pytest.mark.parametrize("value", ["example", " keras , example,", "example,example"])
def test_what_it_names_is_loaded_beside_this_packages_own(wished, value):
    wished(value)
    plugins = load_plugins()
    assert names(plugins) >= {*OWN, "example"}
    assert plugins.quarantined == ()


@pytest.mark.usefixtures("example")
@pytest.mark.parametrize("value", ["", " ", "keras", "vectorized,loops"])
def test_what_it_does_not_name_is_left_out_and_shown_but_this_packages_own_stays(wished, value):
    wished(value)
    plugins = load_plugins()
    assert names(plugins) >= OWN
    assert "einsum" not in plugins.implementations
    assert plugins.quarantined == (LeftOut("example", "harness_example", f"not named by HARNESS_PLUGINS={value!r}"),)
    assert str(plugins.quarantined[0]).startswith("plugin 'example' (harness_example) was left out: not named by ")
    assert "harness_example" not in sys.modules


@pytest.mark.usefixtures("example")
def test_a_name_that_no_plugin_has_is_shown_with_the_nearest(wished):
    wished("exmaple")
    left_out, unknown = load_plugins().quarantined
    assert isinstance(left_out, LeftOut)
    reason = "no installed plugin has this name. Did you mean example?"
    assert unknown == Quarantined("exmaple", "HARNESS_PLUGINS", reason)


@pytest.mark.usefixtures("example")
@pytest.mark.parametrize("name", ["example", "harness_example", "einsum"])
def test_naming_what_is_left_out_is_an_error_that_says_why(wished, name):
    wished("")
    with pytest.raises(PluginError, match=rf"--impl {name}.*example.* was left out: not named by HARNESS_PLUGINS=''"):
        load_and_choose([name])


@pytest.mark.usefixtures("example")
def test_the_commands_show_it_and_only_a_wrong_name_is_wrong(wished, capsys, tmp_path):
    wished("")
    assert main(["plugins", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    reason = "not named by HARNESS_PLUGINS=''"
    assert found["left_out"] == [{"name": "example", "origin": "harness_example", "reason": reason}]
    assert main(["doctor", "--reports", str(tmp_path)]) == 0
    assert f"ok    plugin 'example' (harness_example) was left out: {reason}" in capsys.readouterr().out
    wished("exmaple")
    assert main(["doctor", "--reports", str(tmp_path)]) == 1
    assert "WRONG plugin 'exmaple' (HARNESS_PLUGINS) was set aside" in capsys.readouterr().out


@pytest.mark.parametrize("processes", [[], ["-n", "2"]], ids=["alone", "distributed"])
def test_a_run_shows_it_and_has_nothing_of_it_in_any_process(project, installed, wished, monkeypatch, processes):
    monkeypatch.setenv("PYTHONPATH", str(installed), prepend=":")
    project.makepyfile(test_it=CASE_FILE)
    whole = project.runpytest_subprocess("--impl", "vectorized", *processes)
    # It declines the cases with the example's operators.
    whole.assert_outcomes(passed=6, skipped=6)
    wished("")
    limited = project.runpytest_subprocess("--impl", "vectorized", *processes)
    limited.assert_outcomes(passed=2)
    report = json.loads((project.path / "reports" / "report.json").read_text())
    assert report["findings"] == [
        "plugin 'example' (harness_example) was left out: not named by HARNESS_PLUGINS=''",
    ]
    if not processes:
        limited.stdout.fnmatch_lines(["harness: plugin 'example' (harness_example) was left out: *"])
