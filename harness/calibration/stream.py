"""Results on disk as they come, and documents with tables that a command writes."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from harness.errors import HarnessError
from harness.report.writer import replace_file


class Stream:
    """A file of JSON lists, one a line, the names of their values in the first."""

    def __init__(self, file: TextIO, names: Sequence[str]) -> None:
        self._file = file
        self.add([names])

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Append rows; the operating system has them when this returns, whatever becomes of this process."""
        self._file.writelines(json.dumps(row) + "\n" for row in rows)
        self._file.flush()


@contextmanager
def stream_to(path: Path, names: Sequence[str]) -> Iterator[Stream]:
    """Begin a file anew.

    Raises:
        HarnessError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise HarnessError(
            f"{path} cannot be written ({error.strerror}). Choose another folder with --reports."
        ) from error
    with file:
        yield Stream(file, names)


def check_markers(path: Path, name: str) -> None:
    """Raise HarnessError unless a document has one place for a table; a long run should not find out at its end."""
    _divided(path, name)


def insert(path: Path, name: str, text: str) -> None:
    """Replace what a document has between ``<!-- begin NAME -->`` and ``<!-- end NAME -->``.

    Raises:
        HarnessError: the document cannot be read or written, or does not have these markers once.
    """
    before, after = _divided(path, name)
    replace_file(path.parent, path.name, f"{before}\n\n{text.strip()}\n\n{after}")


def _divided(path: Path, name: str) -> tuple[str, str]:
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    try:
        document = path.read_text(encoding="utf-8")
    except OSError as error:
        raise HarnessError(f"{path} cannot be read ({error.strerror}).") from error
    if document.count(begin) != 1 or document.count(end) != 1 or document.index(begin) > document.index(end):
        raise HarnessError(f"{path} expected the lines {begin} and {end} once, in this order.")
    before, _, rest = document.partition(begin)
    return before + begin, end + rest.partition(end)[2]
