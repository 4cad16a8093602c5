"""Which room may import which: the contracts of pyproject.toml, and the picture of the rooms in CONTRIBUTING.md."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import rooms

ROOT = Path(__file__).parents[2]
COMMAND = Path(sysconfig.get_path("scripts")) / ("lint-imports.exe" if sys.platform == "win32" else "lint-imports")


def broken(folder: Path) -> str:
    """Return what is said of the imports in a folder with the project's contracts; nothing where all are kept."""
    done = subprocess.run(
        [COMMAND, "--no-cache", "--no-logo"], cwd=folder, capture_output=True, encoding="utf-8", timeout=120
    )
    said = " ".join((done.stdout + done.stderr).split())
    assert "Contracts" in said, said
    return said.partition("Broken contracts")[2] if done.returncode else ""


def test_every_contract_is_kept():
    assert broken(ROOT) == ""


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A folder with the code and its contracts, to plant imports in."""
    folder = tmp_path_factory.mktemp("copy")
    for package in ("harness", "impls"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.mark.parametrize(
    ("file", "line", "said"),
    [
        (
            "harness/cases/case.py",
            "import harness.judging.row",
            "cases is not allowed to import harness.judging",
        ),
        (
            "harness/judging/row.py",
            "import harness.layerwise",
            "judging is not allowed to import harness.layerwise",
        ),
        ("harness/judging/row.py", "if TYPE_CHECKING:\n    import harness.report", "to import harness.report"),
        ("harness/upstairs.py", "", "harness.upstairs"),
        ("harness/cli/run.py", "def late():\n    from impls import loops", "harness is not allowed to import impls"),
        ("harness/cli/run.py", "import cases.test_dense", "harness is not allowed to import cases"),
        ("harness/cli/run.py", "import keras", "harness is not allowed to import keras"),
        (
            "impls/loops/__init__.py",
            "from ..vectorized import layers",
            "loops is not allowed to import impls.vectorized",
        ),
        ("impls/torch/__init__.py", "import tests.conftest", "impls is not allowed to import tests"),
        ("impls/torch/__init__.py", "import tensorflow", "impls.torch is not allowed to import tensorflow"),
        ("harness/cases/case.py", "def f():\n    import harness.cases.grid", "No cycles are allowed in harness.cases"),
    ],
)
def test_an_import_that_a_contract_forbids_is_found_wherever_it_is_written(copy, file, line, said):
    place = copy / file
    before = place.read_text(encoding="utf-8") if place.exists() else None
    place.write_text(f"{before or ''}\n{line}\n", encoding="utf-8")
    try:
        assert said in broken(copy)
    finally:
        place.write_text(before, encoding="utf-8") if before is not None else place.unlink()


def test_the_picture_in_contributing_shows_the_rooms_and_their_imports():
    shown = rooms.shown_in((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert rooms.without_lines(shown) == rooms.without_lines(rooms.current()), (
        "python tests/core/rooms.py --write CONTRIBUTING.md"
    )


HOUSE = {
    "roof": frozenset({"left", "right", "ground"}),
    "left": frozenset({"ground"}),
    "right": frozenset({"ground"}),
    "ground": frozenset(),
}


def test_an_arrow_is_drawn_only_to_what_is_not_reached_otherwise():
    assert rooms.arrows(HOUSE) == [("roof", "left"), ("roof", "right"), ("left", "ground"), ("right", "ground")]


def test_a_room_stands_as_low_as_its_imports_let_it():
    assert rooms.floors(HOUSE) == [["ground"], ["left", "right"], ["roof"]]


def test_the_picture_differs_where_an_import_does_and_not_where_a_room_grows():
    small, large = (rooms.picture(HOUSE, dict.fromkeys(HOUSE, lines)) for lines in (5, 1005))
    assert small != large
    assert rooms.without_lines(small) == rooms.without_lines(large)
    other = rooms.picture({**HOUSE, "left": frozenset()}, dict.fromkeys(HOUSE, 5))
    assert rooms.without_lines(other) != rooms.without_lines(small)
