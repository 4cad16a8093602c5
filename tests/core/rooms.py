"""The rooms of the core and their floors, read from the code's imports, as a picture for CONTRIBUTING.md.

``python tests/core/rooms.py --write CONTRIBUTING.md`` puts it between the markers that stand there.
"""

import argparse
import functools
import re
from collections.abc import Mapping
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
PACKAGE = "harness"
BEGIN, END = "<!-- rooms: begin, made by tests/core/rooms.py -->", "<!-- rooms: end -->"

Imports = Mapping[str, frozenset[str]]


def imports_between_rooms() -> Imports:
    """Return what each room imports, by the rooms' names."""
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    rooms = sorted(graph.find_children(PACKAGE))
    for room in rooms:
        graph.squash_module(room)
    return {
        room.removeprefix(f"{PACKAGE}."): frozenset(
            imported.removeprefix(f"{PACKAGE}.")
            for imported in graph.find_modules_directly_imported_by(room)
            if imported not in (room, PACKAGE)
        )
        for room in rooms
    }


def reached(imports: Imports, room: str) -> frozenset[str]:
    """Return every room below one, however far."""
    return imports[room].union(*(reached(imports, below) for below in imports[room]))


def arrows(imports: Imports) -> list[tuple[str, str]]:
    """Return the imports of rooms that are not reached by way of another room."""
    return [
        (room, below)
        for room in imports
        for below in sorted(imports[room])
        if not any(below in reached(imports, other) for other in imports[room])
    ]


def floors(imports: Imports) -> list[list[str]]:
    """Return the rooms of each floor, from the bottom up: each stands as low as what it imports lets it."""

    @functools.cache
    def height(room: str) -> int:
        return 1 + max(map(height, imports[room]), default=-1)

    return [[room for room in imports if height(room) == floor] for floor in range(1 + max(map(height, imports)))]


def lines_of(room: str) -> int:
    """Return how many lines of Python a room has."""
    place = ROOT / PACKAGE / room
    files = place.rglob("*.py") if place.is_dir() else [place.with_suffix(".py")]
    return sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files)


def picture(imports: Imports, lines: Mapping[str, int]) -> str:
    """Return the diagram, and the floors with the lines of their rooms, the highest first."""
    from_the_top = list(enumerate(floors(imports), 1))[::-1]
    rows = (
        f"| {floor} | {', '.join(f'`{room}` ({lines[room]:,})' for room in rooms)} |" for floor, rooms in from_the_top
    )
    drawn = (f"    {above} --> {below}" for above, below in arrows(imports))
    return "\n".join(
        ["```mermaid", "flowchart TB", *drawn, "```", "", "| floor | rooms (lines) |", "| --- | --- |", *rows]
    )


def without_lines(text: str) -> str:
    """Return a picture without the numbers of lines, which every change moves."""
    return re.sub(r" \([\d,]+\)", "", text)


def current() -> str:
    """Return the picture of the code as it is."""
    imports = imports_between_rooms()
    return picture(imports, {room: lines_of(room) for room in imports})


def shown_in(text: str) -> str:
    """Return what stands between the markers; ValueError without them."""
    return text[text.index(BEGIN) + len(BEGIN) : text.index(END)].strip("\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", type=Path, metavar="FILE", help="the file with the markers; printed by default")
    file = parser.parse_args().write
    if file is None:
        print(current())
        return
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(shown_in(text), current()), encoding="utf-8")


if __name__ == "__main__":
    main()
