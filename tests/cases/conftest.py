"""The case suite, loaded as pytest would load it, with what its functions are marked by."""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from harness.cases.case import Case
from harness.cases.grid import Cases

CASE_FILES = Path(__file__).parents[2] / "cases"


@dataclass(frozen=True)
class Entry:
    """One case of the suite and where it is."""

    file: str
    function: str
    slow: bool
    case: Case


def load(path: Path) -> ModuleType:
    specification = importlib.util.spec_from_file_location(f"case_file_{path.stem}", path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def entries_of(path: Path) -> list[Entry]:
    marked = [
        (name, item)
        for name, item in vars(load(path)).items()
        # Those of plugins are no cases of the suite.
        if isinstance(getattr(item, "harness_cases", None), Cases)
    ]
    return [
        Entry(path.stem, name, any(mark.name == "slow" for mark in getattr(item, "pytestmark", [])), case)
        for name, item in marked
        for case in item.harness_cases
    ]


@pytest.fixture(scope="session")
def suite() -> tuple[Entry, ...]:
    """Every case of every file, the slow ones too."""
    return tuple(entry for path in sorted(CASE_FILES.glob("test_*.py")) for entry in entries_of(path))


@pytest.fixture(scope="session")
def default_suite(suite: tuple[Entry, ...]) -> tuple[Case, ...]:
    """The cases that run unless something else is asked for."""
    return tuple(entry.case for entry in suite if not entry.slow)


@pytest.fixture(scope="session")
def in_file(suite: tuple[Entry, ...]) -> Callable[[str], tuple[Case, ...]]:
    """A function from a file's name to its cases."""
    return lambda file: tuple(entry.case for entry in suite if entry.file == file)
