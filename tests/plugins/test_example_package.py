"""The example package, installed by pip as users install it: every run finds what it brings."""

import json
import shutil
import subprocess
import sys

import pytest

from tests.plugins.conftest import CASE_FILE, EXAMPLE


@pytest.fixture(scope="module")
def folder(tmp_path_factory, store):
    """A folder with cases, the example's own tests and a warm store."""
    folder = tmp_path_factory.mktemp("folder")
    (folder / "test_it.py").write_text(CASE_FILE)
    shutil.copy(EXAMPLE / "tests" / "test_example.py", folder)
    (folder / "reports").mkdir()
    shutil.copy(store, folder / "reports" / "oracle.sqlite")
    return folder


@pytest.fixture(scope="module")
def run(folder, with_example):
    """Returns a function that runs a module of Python where the example is installed."""

    def ran(*arguments):
        command = [sys.executable, "-m", *arguments]
        return subprocess.run(command, cwd=folder, env=with_example, capture_output=True, text=True, timeout=120)

    return ran


HARNESS = "import sys; from harness.cli import main; sys.exit(main())"


def test_it_is_listed_with_all_that_it_offers(folder, with_example):
    command = [sys.executable, "-c", HARNESS, "plugins", "--json"]
    done = subprocess.run(command, cwd=folder, env=with_example, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    (example,) = (plugin for plugin in json.loads(done.stdout)["loaded"] if plugin["name"] == "example")
    assert example == {
        "name": "example",
        "origin": "harness_example",
        "implementations": [{"name": name, "version": "0", "default": True} for name in ("einsum", "rectifying")],
        "operators": ["PReLU", "Silu"],
        "cases": [
            f"{name}-{dtype}"
            for name in ("one_input-1-units2", "one_input-1-units5", "rectified-5x4x2")
            for dtype in ("float32", "float64")
        ],
        "faults": [
            "dense-bias-gradient-negated",
            "prelu-alpha-of-all-elements",
            "silu-derivative-without-product-rule",
        ],
        "writers": ["markdown"],
    }


@pytest.mark.parametrize(
    ("name", "outcomes"),
    [
        ("einsum", "6 passed, 6 skipped"),
        ("rectifying", "12 passed"),
        ("example", "18 passed, 6 skipped"),
        ("harness_example", "18 passed, 6 skipped"),
    ],
)
def test_a_run_verifies_its_implementations_on_its_cases_and_writes_its_report(run, folder, name, outcomes):
    done = run("pytest", "test_it.py", "--impl", name)
    assert done.returncode == 0, done.stdout
    assert outcomes in done.stdout
    assert (folder / "reports" / "report.md").read_text().startswith("**GOOD: ")


def test_keras_computes_its_operators_by_their_names_and_is_judged_like_everyone(run):
    done = run("pytest", "test_it.py", "--impl", "keras", "-k", "float32 and (p_re_lu or silu or rectified)")
    assert "3 passed" in done.stdout, done.stdout


def test_its_own_tests_pass(run):
    done = run("pytest", "test_example.py")
    assert "2 passed" in done.stdout, done.stdout


@pytest.mark.parametrize(
    "fault",
    ["dense-bias-gradient-negated", "prelu-alpha-of-all-elements", "silu-derivative-without-product-rule"],
)
def test_its_fault_is_killed(folder, with_example, fault):
    command = [sys.executable, "-c", HARNESS, "power", "test_it.py", "--fault", fault, "--jobs", "1"]
    done = subprocess.run(command, cwd=folder, env=with_example, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert fault in (folder / "reports" / "power_faults.csv").read_text()
