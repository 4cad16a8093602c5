"""Writes the file that somebody begins with."""

import importlib
import keyword
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from harness.errors import HarnessError
from harness.plugins.loading import load_plugins

STYLES = {
    "functions": "two functions for each layer",
    "description": "existing classes, described",
    "network": "a class that trains a whole network by itself",
    "update": "only parameters and predictions are seen",
    "process": "a program in any language",
}


def write(name: str, style: str, folder: Path) -> Path:
    """Write ``NAME.py`` in a style and return its path.

    Args:
        name: the implementation's: ASCII letters, digits, - and _.
        style: one of ``STYLES``.
        folder: where it goes.

    Raises:
        HarnessError: the name is none, or the file is there already.
    """
    variable = name.replace("-", "_")
    if not (name.isascii() and variable.isidentifier()) or keyword.iskeyword(variable):
        raise HarnessError(
            "new-impl expected a name of ASCII letters, digits, - and _ that begins with a letter and is no word of "
            f"Python's, got {name!r}"
        )
    if variable in {"conftest", *sys.stdlib_module_names, *packages_distributions()}:
        raise HarnessError(
            f"new-impl expected a name that no module has, got {name!r}: importing {variable} would find the other one"
        )
    if name in load_plugins().implementations:
        raise HarnessError(f"new-impl expected a name that no implementation has, got {name!r}")
    path = folder / f"{variable}.py"
    cases = folder / f"test_{variable}.py"
    text: str = importlib.import_module(f"harness.cli.templates.{style}").TEXT
    for wanted in (path, cases) if style == "network" else (path,):
        if wanted.exists():
            raise HarnessError(f"new-impl expected {wanted} not to be there yet. Choose another name.")
    path.write_text(text.format(name=name, variable=variable, file=path, cases=cases), encoding="utf-8")
    if style == "network":
        cases.write_text(_CASES.format(name=name), encoding="utf-8")
    return path


_CASES = '''"""The network that {name} has."""

from harness import Case, Dense, Flatten, Network, verifies

NETWORK = Network((5, 4, 2), (Flatten(), Dense(3, "softmax")))


@verifies([Case(NETWORK, loss="categorical_crossentropy", steps=2, name="{name}-network")])
def test_network(): ...
'''
