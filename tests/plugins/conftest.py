"""The example package, installed once, and a folder to run it in with Keras's results stored already."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness import Dense, grid, samples_of
from harness.plugins.loading import attempt_named
from tests.pytest.conftest import stored

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "plugin"

CASE_FILE = """
from harness import Dense, grid, plugin_cases, verifies


@verifies(grid(Dense, input_shape=(5,), units=3))
def test_dense(): ...


@verifies(plugin_cases)
def test_cases_of_plugins(): ...
"""


@pytest.fixture(scope="session")
def installed(tmp_path_factory) -> Path:
    """The folder into which pip has installed the example package; it is found where it is on Python's path."""
    # pip builds in the folder itself, and what it leaves there is no part of the example.
    source = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("source") / "plugin")
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    offline = ["--no-index", "--no-deps", "--no-build-isolation"]
    done = subprocess.run([*pip, *offline, "--target", target, source], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture(scope="session")
def with_example(installed) -> dict[str, str]:
    """The environment of a process in which the example package is installed."""
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(installed), *sys.path]), "COLUMNS": "300"}


@pytest.fixture(scope="session")
def store(tmp_path_factory) -> Path:
    """Keras's results for the cases of CASE_FILE, computed once."""
    folder = EXAMPLE / "src" / "harness_example"
    brought = [attempt_named(name, str(folder / f"{name}.py")) for name in ("cases", "operators")]
    of_plugins = [case for plugin in brought for case in plugin.cases]
    samples = [case for plugin in brought for kind in plugin.operators for case in samples_of(kind)]
    cases = (*grid(Dense, input_shape=(5,), units=3), *of_plugins, *samples)
    return stored(tmp_path_factory.mktemp("store") / "oracle.sqlite", cases)


@pytest.fixture
def project(pytester, store):
    """A folder with the case file and a warm store."""
    pytester.makepyfile(test_it=CASE_FILE)
    pytester.mkdir("reports")
    shutil.copy(store, pytester.path / "reports" / "oracle.sqlite")
    return pytester
