"""Plugins are loaded one by one: what is broken is set aside with its reason, and the rest goes on."""

import importlib.metadata
import json
import sys
from types import ModuleType, SimpleNamespace

import pytest

from harness.cases.case import Case
from harness.cases.network import Network
from harness.errors import HarnessError
from harness.operators.layers import Dense
from harness.plugins import hookimpl
from harness.plugins.asking import offered
from harness.plugins.loading import load_and_choose, load_plugins
from harness.report.default_writers import default_writers

IMPLEMENTATION = """
from harness import Implementation

class Mine(Implementation):
    name = {name!r}
    api_version = {api_version}
    def run(self, problem):
        return {{}}
"""


def plugin_source(hook="", name="mine", api_version=1):
    return IMPLEMENTATION.format(name=name, api_version=api_version) + hook


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a plugin file and return its path; what importing it leaves behind is cleared away."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)

    def written(source, file="mine_plugin.py"):
        (tmp_path / file).write_text(source)
        return str(tmp_path / file)

    yield written
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


HOOK = "def harness_implementations(): return {returned}\n"
BROKEN = {
    "raises at import": ("1 / 0", "ZeroDivisionError: division by zero"),
    "is not Python": ("def (:", "SyntaxError"),
    "imports what is not there": ("import no_such_package_anywhere", "ModuleNotFoundError"),
    "exits at import": ("import sys; sys.exit(3)", "SystemExit: 3"),
    "offers nothing": ("x = 1", "offers nothing: expected a hook such as harness_implementations(), or an impl"),
    "misspells the hook": (
        "def harness_implementation(): return []",
        "there is no hook harness_implementation. Did you mean harness_implementations?",
    ),
    "misspells the hook by far": (
        "def harness_qqqqqqqqqqqqqqqqqqqqqq(): return []",
        "there is no hook harness_qqqqqqqqqqqqqqqqqqqqqq. Expected one of: harness_cases, harness_faults,",
    ),
    "writes the hook as a list": (
        "harness_implementations = []",
        "expected harness_implementations to be a function, got list []",
    ),
    "takes an argument that no hook has": (
        "def harness_implementations(tolerance): return []",
        "Argument(s) {'tolerance'} are declared in the hookimpl but can not be found in the hookspec",
    ),
    "returns a string": (
        HOOK.format(returned="'mine'"),
        "harness_implementations() must return a list of Implementation, got str 'mine'",
    ),
    "returns one object": (
        plugin_source(HOOK.format(returned="Mine()")),
        "harness_implementations() must return a list of Implementation, got Mine <",
    ),
    "forgets to return": (
        "def harness_implementations(): pass",
        "harness_implementations() must return a list of Implementation, got None",
    ),
    "returns a class": (
        plugin_source(HOOK.format(returned="[Mine]")),
        "harness_implementations() must return a list of Implementation, got one with ABCMeta <class",
    ),
    "returns a wrong item": (
        HOOK.format(returned="[5]"),
        "harness_implementations() must return a list of Implementation, got one with int 5",
    ),
    "returns what is no case": (
        "def harness_cases(): return ['a case']",
        "harness_cases() must return a list of Case, got one with str 'a case'",
    ),
    "returns what is no writer": (
        "def harness_writers(): return [print]",
        "harness_writers() must return a list of Writer, got one with builtin_function_or_method",
    ),
    "returns a writer without a name": (
        "from harness.report.writer import Writer\nclass Mine(Writer):\n    def write(self, report, folder): ...\n"
        "def harness_writers(): return [Mine()]",
        "expected Mine to have a name, such as 'csv'",
    ),
    "offers two writers of one name": (
        "from harness.report.csv_file import CsvWriter\ndef harness_writers(): return [CsvWriter(), CsvWriter()]",
        "it offers the writer 'csv', a name already taken by plugin 'mine_plugin'",
    ),
    "offers faults": (
        "def harness_faults(): return ['a fault']",
        "harness_faults() must return a list of Fault, got one with str 'a fault'",
    ),
    "raises in the hook": (HOOK.format(returned="1 / 0"), "ZeroDivisionError"),
    "exits in the hook": (HOOK.format(returned="exit(3)"), "SystemExit: 3"),
    "was written for another contract": (
        plugin_source(HOOK.format(returned="[Mine()]"), api_version=2),
        "mine was written for api_version=2, expected 1",
    ),
    "has a name beyond ASCII": (
        plugin_source(HOOK.format(returned="[Mine()]"), name="größe"),
        "expected a name of ASCII letters, digits, - and _, got name='größe'",
    ),
    "has a name with a space": (plugin_source(HOOK.format(returned="[Mine()]"), name="my own"), "got name='my own'"),
    "has no name": (plugin_source(HOOK.format(returned="[Mine()]"), name=""), "got name=''"),
    "has a name that is no text": (plugin_source(HOOK.format(returned="[Mine()]"), name=5), "got name=5"),
    "offers one name twice": (
        plugin_source(HOOK.format(returned="[Mine(), Mine()]")),
        "it offers the implementation 'mine', a name already taken by plugin 'mine_plugin'",
    ),
    "takes the name of another plugin": (
        plugin_source(HOOK.format(returned="[Mine()]"), name="vectorized"),
        "it offers the implementation 'vectorized', a name already taken by plugin 'vectorized' (impls.vectorized).",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("source", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_plugin_is_set_aside_with_its_reason_and_the_rest_goes_on_if_it(write, source, reason):
    path = write(source)
    plugins = load_plugins([path])
    (aside,) = (plugin for plugin in plugins.quarantined if plugin.origin == path)
    assert reason in aside.reason
    assert str(aside).startswith(f"plugin 'mine_plugin' ({path}) was set aside: ")
    assert str(aside).count("plugin 'mine_plugin'") == 1 + reason.count("plugin 'mine_plugin'")
    assert {"keras", "vectorized"} <= plugins.implementations.keys()


@pytest.mark.parametrize("mistake", ["raises at import", "exits at import", "offers nothing", "returns a string"])
def test_naming_a_broken_file_is_an_error_with_the_same_reason(write, mistake):
    source, reason = BROKEN[mistake]
    with pytest.raises(HarnessError, match="was set aside") as raised:
        load_and_choose([write(source)])
    assert reason in str(raised.value)


@pytest.mark.parametrize(
    "source",
    [
        plugin_source(HOOK.format(returned="[Mine()]")),
        plugin_source("from harness.plugins import hookimpl\n@hookimpl\n" + HOOK.format(returned="[Mine()]")),
        plugin_source("mine = Mine()"),
    ],
    ids=["plain hook", "marked hook", "module-level name"],
)
def test_a_working_file_is_loaded_and_chosen_alone(write, source):
    path = write(source)
    plugins, chosen = load_and_choose([path])
    assert [implementation.name for implementation in chosen] == ["mine"]
    assert [plugin.origin for plugin in plugins.loaded if plugin.name == "mine_plugin"] == [path]


def test_a_file_may_import_what_lies_beside_it(write):
    write("NAME = 'beside'", "a_module_beside.py")
    path = write(plugin_source("from a_module_beside import NAME\nMine.name = NAME\nmine = Mine()"))
    _, chosen = load_and_choose([path])
    assert chosen[0].name == "beside"


def test_a_file_named_like_a_loaded_module_does_not_take_its_place(write):
    path = write(plugin_source("mine = Mine()"), "json.py")
    _, chosen = load_and_choose([path])
    assert chosen[0].name == "mine"
    assert sys.modules["json"] is json


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("no_such_file.py", "there is no such file in "),
        ("nowhere/no_such_file", "there is no such file in "),
        ("text.txt", "expected a Python file, its name ending in .py"),
        ("folder", r"got a folder without one\. Name a file in it: one\.py, two\.py\."),
        ("empty", r"got a folder without one\. There is no Python file in it\."),
    ],
)
def test_a_path_that_is_no_python_file_is_refused(tmp_path, path, message):
    (tmp_path / "text.txt").touch()
    for folder, files in (("folder", ("one.py", "two.py", "three.txt")), ("empty", ("three.txt",))):
        (tmp_path / folder).mkdir()
        for file in files:
            (tmp_path / folder / file).touch()
    with pytest.raises(HarnessError, match=message):
        load_and_choose([str(tmp_path / path)])


@pytest.mark.parametrize("name", ["package", "package/", "sub.module"])
def test_a_package_and_a_module_are_loaded_like_a_file(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    for file in ("package/__init__.py", "sub/module.py"):
        (tmp_path / file).parent.mkdir()
        (tmp_path / file).write_text(plugin_source("mine = Mine()"))
    _, chosen = load_and_choose([name])
    assert [implementation.name for implementation in chosen] == ["mine"]
    for module in ("package", "sub", "sub.module"):
        sys.modules.pop(module, None)


def test_naming_one_file_twice_loads_it_once(write):
    path = write(plugin_source("mine = Mine()"))
    plugins, chosen = load_and_choose([path, path])
    assert [implementation.name for implementation in chosen] == ["mine"]
    assert plugins.quarantined == ()


def test_the_built_in_implementations_are_loaded_through_entry_points_and_run_by_default():
    plugins, chosen = load_and_choose([])
    assert {"keras", "vectorized"} <= {implementation.name for implementation in chosen}
    assert {"impls.keras", "impls.vectorized"} <= {plugin.origin for plugin in plugins.loaded}


def test_a_file_that_brings_only_cases_leaves_the_choice_of_implementations_as_it_is(write):
    path = write(
        "from harness import Case, Dense, Network\ndef harness_cases(): return [Case(Network((6,), Dense(3)))]"
    )
    plugins, chosen = load_and_choose([path])
    assert len(plugins.cases) == 1
    assert {each.name for each in chosen} >= {"keras", "vectorized"}


def test_a_plugin_may_offer_cases_and_writers_and_an_object_may_be_a_plugin(scripted):
    case = Case(Network((6,), Dense(3)))
    writers = list(default_writers())

    class Everything:
        @hookimpl
        def harness_cases(self):
            return [case]

        @hookimpl
        def harness_writers(self):
            return writers

        @hookimpl
        def harness_implementations(self):
            return [scripted(None, "everything")]

    found = offered("everything", "here", Everything())
    assert found.cases == (case,)
    assert found.writers == tuple(writers)
    assert [implementation.name for implementation in found.implementations] == ["everything"]


def test_this_distribution_comes_first_so_that_nobody_takes_the_name_of_the_reference(monkeypatch, scripted):
    impostor = ModuleType("impostor")
    impostor.harness_implementations = lambda: [scripted(None, "keras")]
    theirs = SimpleNamespace(
        name="a", value="impostor", load=lambda: impostor, dist=SimpleNamespace(name="some-package")
    )
    ours = list(importlib.metadata.entry_points(group="harness"))
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [theirs, *ours])
    plugins = load_plugins()
    assert type(plugins.implementations["keras"]).__module__ == "impls.keras.implementation"
    assert [plugin.origin for plugin in plugins.quarantined if plugin.name == "a"] == ["impostor"]
