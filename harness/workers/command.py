"""A command to be started, and why it cannot be."""

import errno
import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import Any

from harness.implementation.trace import Status
from harness.workers.limits import Limits


class Ended(Exception):
    """There is no answer, and the process is gone or was never there.

    Attributes:
        status: ``timeout``, ``crash``, or ``error`` where it answered nonsense or could not be started.
        reason: in words, with the last lines that it printed.
    """

    def __init__(self, status: Status, reason: str) -> None:
        super().__init__(reason)
        self.status: Status = status
        self.reason = reason


@dataclass(frozen=True)
class Command:
    """What to start.

    Attributes:
        name: whom messages are about.
        words: the program and its arguments.
        directory: where it starts, absolute.
        limits: for each case.
        option: which option the limit of time comes from, in messages; empty for the author's own.
    """

    name: str
    words: tuple[str, ...]
    directory: str
    limits: Limits
    option: str = ""

    def start(self, *more: str, **streams: Any) -> "subprocess.Popen[bytes]":
        """Start it in a session and a process group of its own.

        Args:
            more: arguments after its own.
            streams: as for ``subprocess.Popen``.

        Raises:
            Ended: it could not be started.
        """
        try:
            return subprocess.Popen(
                [*self.words, *more], bufsize=0, cwd=self.directory, start_new_session=True, **streams
            )
        except OSError as error:
            raise Ended("error", f"{self.name} could not be started: {self._cause(error)}") from None

    def _cause(self, error: OSError) -> str:
        program = self.words[0]
        if not os.path.isdir(self.directory):
            return f"its directory {self.directory} does not exist"
        path = os.path.join(self.directory, program) if os.sep in program else shutil.which(program)
        where = f"in {self.directory}" if os.sep in program else "in any folder of PATH"
        if path is None or not os.path.exists(path):
            return f"there is no {program} {where}. Is it built?"
        if error.errno == errno.EACCES:
            return f"{program} is not executable. Try: chmod +x {program}"
        if error.errno == errno.ENOENT:
            return f"{program} needs a program to run it (its line #! or its loader) that does not exist"
        if error.errno == errno.ENOEXEC:
            return f"{program} is no program for this machine, and has no line #! that names one to run it"
        return str(error)
