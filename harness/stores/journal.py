"""Rows of a run that has not ended, on disk as they come."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO


class Journal:
    """A file of one JSON list a row, the names of its values in the first line.

    A run deletes its journal when its reports are written, so that one that is left behind tells of a run that was
    killed. The file is made with the first row. Where it cannot be written, ``add`` raises OSError.
    """

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self.path = folder / f"unfinished-{os.getpid()}.jsonl"
        self._names = names
        self._file: TextIO | None = None

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Append rows; the operating system has them when this returns, whatever becomes of this process."""
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("w", encoding="utf-8", errors="backslashreplace")
            self._file.write(json.dumps(self._names) + "\n")
        self._file.writelines(json.dumps(row) + "\n" for row in rows)
        self._file.flush()

    def close(self, *, keep: bool) -> None:
        """Close the file, and delete it unless it is to be kept."""
        if self._file is not None:
            self._file.close()
            self._file = None
            if not keep:
                self.path.unlink(missing_ok=True)


def left_behind(folder: Path) -> list[Path]:
    """Return the journals of runs that were killed, or that are still going on in other processes."""
    return sorted(folder.glob("unfinished-*.jsonl"))
