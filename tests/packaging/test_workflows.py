"""The workflows: of the right form, without known weaknesses, and made of commands that run here."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
# What takes minutes. mypy is the first thing that `make test` runs, and what is published is built in test_package.py.
LONG = ("python -m mypy", "python -m build")

WHY = "it comes with nn-harness[test]"
pytest.importorskip("check_jsonschema", reason=WHY)
yaml = pytest.importorskip("ruamel.yaml", reason=WHY)


def shell_steps() -> list[str]:
    """Return the commands of all jobs, each once, without what installs something or takes long."""
    jobs = [job for path in WORKFLOWS for job in yaml.YAML(typ="safe").load(path)["jobs"].values()]
    commands = dict.fromkeys(step["run"] for job in jobs for step in job["steps"] if "run" in step)
    return [command for command in commands if "pip install" not in command and command not in LONG]


def checked(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([tool, *arguments], capture_output=True, text=True, timeout=60, cwd=ROOT)


def schema_of_workflows(path: Path) -> subprocess.CompletedProcess[str]:
    return checked(sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(path))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_has_the_form_that_github_asks_for(path):
    done = schema_of_workflows(path)
    assert done.returncode == 0, done.stdout


def test_a_misspelt_key_of_a_workflow_is_found(tmp_path):
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(WORKFLOWS[0].read_text().replace("runs-on:", "run-on:"))
    assert "run-on" in schema_of_workflows(wrong).stdout


@pytest.fixture(scope="module")
def zizmor() -> str:
    """The program that looks for weaknesses of workflows."""
    found = shutil.which("zizmor", path=os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]))
    if found is None:
        pytest.skip("zizmor is not installed: pip install 'nn-harness[test]'")
    return found


def test_no_workflow_has_a_known_weakness(zizmor):
    done = checked(zizmor, "--offline", "--no-progress", *map(str, WORKFLOWS))
    assert done.returncode == 0, done.stdout


def test_an_action_that_is_not_pinned_is_found(zizmor, tmp_path):
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(WORKFLOWS[0].read_text().replace("11bd71901bbe5b1630ceea73d27597364c9af683 # ", ""))
    done = checked(zizmor, "--offline", "--no-progress", str(wrong))
    assert done.returncode != 0
    assert "unpinned-uses" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="the steps are for bash, which Windows lacks outside of workflows")
@pytest.mark.parametrize("command", shell_steps())
def test_a_step_runs_here(command, tmp_path):
    environment = os.environ | {
        # Steps that are pytest's end with what they would run.
        "PYTEST_ADDOPTS": f"--collect-only -q -p no:cacheprovider --reports={tmp_path}",
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]),
        "GITHUB_REF_NAME": f"v{importlib.metadata.version('nn-harness')}",
    }
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command]
    done = subprocess.run(shell, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


def test_tests_and_cases_are_among_the_steps():
    assert {"python -m pytest tests/", "harness run"} <= set(shell_steps())
