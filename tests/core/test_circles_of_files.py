"""Inside a room, files import one another in one direction, also where an import waits or is for types alone."""

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("layerwise", "adapters", "pytest_plugin", "cli")


def imported(source: str) -> Iterator[tuple[str, ...]]:
    """Yield what each import may mean: ``from a import b`` is a module a.b, or a name in a."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name,) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{alias.name}", f"{node.module}") for alias in node.names)


def circle(files: dict[str, str]) -> list[str]:
    """Return modules that import one another in a circle; none where there is none.

    Args:
        files: sources by the module's name.
    """
    graph = {
        name: {next((module for module in meanings if module in files), name) for meanings in imported(source)} - {name}
        for name, source in files.items()
    }
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def modules_in(folder: Path) -> dict[str, str]:
    found = {".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text() for path in folder.rglob("*.py")}
    return {name.removesuffix(".__init__"): source for name, source in found.items()}


@pytest.mark.parametrize("room", ROOMS)
def test_the_files_of_a_room_import_one_another_in_one_direction(room):
    assert circle(modules_in(ROOT / "harness" / room)) == []


def test_an_import_that_waits_in_a_function_closes_a_circle_too():
    files = {"a.one": "from a.two import x", "a.two": "def f():\n    from a.one import y"}
    assert set(circle(files)) == {"a.one", "a.two"}
