"""What a report writer is, and how a report's file comes to be complete or not at all."""

import os
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import HarnessError

if TYPE_CHECKING:
    from harness.report.report import Report


class Writer(ABC):
    """One format of a report; plugins offer more through the hook ``harness_writers``.

    Attributes:
        name: unique among the loaded writers, such as ``csv``.
    """

    name: str

    @abstractmethod
    def write(self, report: "Report", folder: Path) -> Path:
        """Write the report into a folder and return the file written.

        Use ``replace_file``, so that a reader never meets half a report. Names and reasons in a report come from
        plugins: they may hold quotes, line breaks, markup and control characters.

        Args:
            report: finished; it may be of an interrupted run.
            folder: created when it does not exist.

        Raises:
            HarnessError: the folder cannot be written.
        """


def replace_file(folder: Path, name: str, text: str) -> Path:
    """Write text as UTF-8 under another name in the folder, then put it in the place of ``name``.

    What UTF-8 cannot hold (half of a surrogate pair) is written as its backslash escape.

    Raises:
        HarnessError: the folder cannot be made or written; the file that was there before is untouched.
    """
    target, unfinished = folder / name, folder / f".{name}.{os.getpid()}.unfinished"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            unfinished.write_bytes(text.encode("utf-8", "backslashreplace"))
            os.replace(unfinished, target)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise HarnessError(
            f"the reports folder {str(folder)!r} cannot be written ({name}: {reason}). "
            "Make it a folder that you may write to, or choose another with --reports DIR."
        ) from error
    return target
