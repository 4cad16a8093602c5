"""Importing the package is cheap: every pytest run in its environment pays for it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import harness

HEAVY = ("tensorflow", "keras", "pandas", "sklearn", "torch", "jax")
STUB = Path(harness.__file__).with_suffix(".pyi")
NAMES = [node.asname for node in ast.walk(ast.parse(STUB.read_text())) if isinstance(node, ast.alias)]


def imported_by(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import harness",
        "from harness import Case, Conv2D, Network, Report, grid, make_problem, verify",
        "from harness.plugins.loading import load_plugins; load_plugins()",
    ],
)
def test_nothing_heavy_is_imported_before_it_is_used(statement):
    assert imported_by(statement).isdisjoint(HEAVY)


def test_import_harness_alone_does_not_even_import_numpy():
    assert "numpy" not in imported_by("import harness")


def test_the_same_look_finds_a_heavy_import_where_there_is_one():
    assert "pandas" in imported_by("import harness, pandas")


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_resolves(name):
    assert getattr(harness, name).__class__ is not None


def test_every_public_name_is_listed_once():
    assert len(set(NAMES)) == len(NAMES)
    assert set(NAMES) <= set(dir(harness))
