"""The cases of case files, without pytest: what it would verify by default, and how much it would leave out."""

import importlib.util
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from harness.cases.case import Case
from harness.cases.grid import Cases, PluginCases
from harness.errors import HarnessError

# pytest's own defaults.
PATTERNS = ("test_*.py", "*_test.py")
TEST_CLASS = "Test"


@dataclass(frozen=True)
class Found:
    """What some case files hold.

    Attributes:
        cases: those that run by default, in the order of files and functions.
        slow: how many more are marked as slow.
    """

    cases: Cases
    slow: int


def cases_in(paths: Iterable[Path], of_plugins: Iterable[Case] = ()) -> Found:
    """Import case files, or all those below folders, and return the cases of their marked functions.

    Args:
        paths: files and folders.
        of_plugins: the cases that plugins bring, for the functions that ask for them.

    Raises:
        HarnessError: there is no such file, it cannot be imported, or there is no case at all.
    """
    given = tuple(paths)
    brought = tuple(of_plugins)
    usual: list[Case] = []
    slow = 0
    for path in dict.fromkeys(file for given_path in given for file in _files(given_path)):
        for marked, is_slow in _marked(_imported(path)):
            cases = brought if isinstance(marked, PluginCases) else tuple(marked)
            if is_slow:
                slow += len(cases)
            else:
                usual += cases
    if not usual:
        raise HarnessError(f"expected cases in {' '.join(map(str, given))}, found none. Mark functions with @verifies.")
    return Found(Cases(tuple(usual)), slow)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted({file for pattern in PATTERNS for file in path.rglob(pattern)})
    if not path.is_file():
        raise HarnessError(f"{path}: there is no such file or folder of cases.")
    return [path]


def _imported(path: Path) -> ModuleType:
    # A name that no import statement can say, so that it takes no other module's place.
    name = f"cases in {path.resolve()}"
    specification = importlib.util.spec_from_file_location(name, path)
    if specification is None or specification.loader is None:
        raise HarnessError(f"{path}: expected a Python file with cases, name ending in .py.")
    module = importlib.util.module_from_spec(specification)
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        # What lies beside the file can be imported from it, as under pytest.
        sys.path.insert(0, folder)
    try:
        specification.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise HarnessError(f"{path} could not be imported: {type(error).__name__}: {error}") from error
    return module


def _marked(holder: object) -> Iterator[tuple[Cases | PluginCases, bool]]:
    """Yield the cases of every marked function of a module or test class, and whether they are slow."""
    for name, value in vars(holder).items():
        cases = getattr(value, "harness_cases", None)
        if isinstance(cases, Cases | PluginCases):
            yield cases, any(mark.name == "slow" for mark in getattr(value, "pytestmark", ()))
        elif isinstance(value, type) and name.startswith(TEST_CLASS):
            yield from _marked(value)
