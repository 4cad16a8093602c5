"""The package as it is published: built, and installed where nothing of the repository is."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What setuptools builds from.
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "harness", "impls")
# Files that are no modules, each needed by one.
FILES = ("py.typed", "__init__.pyi", "calibration/power_page.html", "report/page.html", "report/page.css")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder of the installed package."""
    source, site = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("site")
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--target", str(site), str(source)]
    done = subprocess.run([*pip, *options], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return site / "harness"


@pytest.mark.parametrize("file", FILES)
def test_files_that_are_no_modules_are_installed(installed, file):
    assert (installed / file).is_file()


def test_the_changelog_begins_with_what_is_released_next_or_was_released_last():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    first = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert first is not None
    assert first[1] in ("Unreleased", version)


def test_a_type_checker_knows_an_operator_that_no_file_names(installed, tmp_path):
    (tmp_path / "mine.py").write_text("from harness import Dense, LayerNormalization\nDense(unit=3)\n")
    options = ["--config-file=", "--follow-imports=silent", "--ignore-missing-imports", f"--cache-dir={tmp_path}"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "mine.py"],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(installed.parent)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert [line for line in done.stdout.splitlines() if "error:" in line] == [
        'mine.py:2: error: Unexpected keyword argument "unit" for "Dense"; did you mean "units"?  [call-arg]'
    ]
