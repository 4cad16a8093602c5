"""One shot: a command that is started for each case with the names of two folders."""

import os
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from harness.cases.case import Case
from harness.workers.command import Command
from harness.workers.incoming import BrokenAnswer
from harness.workers.process import Running
from harness.workers.programs.answer import Allowance
from harness.workers.programs.description import Files


class Folders:
    """Asks a command by way of two folders."""

    def __init__(self, command: Command) -> None:
        self._command = command

    def ask(self, files: Files, case: Case) -> Mapping[str, bytes]:
        """Write the files into a folder, run the command, and return those that it wrote into the other.

        Raises:
            Ended: it was stopped, died, or ended with an exit code other than 0.
            BrokenAnswer: what it wrote cannot be taken.
        """
        # What the command made of the folders' permissions shall not fail the run.
        with tempfile.TemporaryDirectory(prefix="harness-", ignore_cleanup_errors=True) as place:
            problem, answer = Path(place, "problem"), Path(place, "answer")
            problem.mkdir()
            answer.mkdir()
            for name, content in files.items():
                (problem / name).write_bytes(content)
            self._run(str(problem), str(answer))
            return _files_in(answer, Allowance.of(case))

    def close(self) -> None:
        """Nothing of it stays."""

    def _run(self, *folders: str) -> None:
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        Running(self._command, self._command.start(*folders, **streams)).wait(self._command.limits)


def _files_in(place: Path, allowance: Allowance) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    taken = 0
    for name in _names_in(place, allowance):
        # A pipe would be waited at for ever, and a link leads to what nobody wrote.
        try:
            descriptor = os.open(place / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            raise BrokenAnswer(f"expected a file that can be read, got {name}: {error.strerror}") from None
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise BrokenAnswer(f"expected a file, got something else named {name}")
            taken = allowance.take(name, status.st_size, taken)
            files[name] = _read(descriptor, status.st_size)
        finally:
            os.close(descriptor)
    return files


def _read(descriptor: int, length: int) -> bytes:
    with open(descriptor, "rb", closefd=False) as file:
        return file.read(length)


def _names_in(place: Path, allowance: Allowance) -> list[str]:
    names: list[str] = []
    try:
        with os.scandir(place) as found:
            for entry in found:
                names.append(entry.name)
                allowance.check_count(len(names))
                allowance.check_name(entry.name)
    except OSError as error:
        raise BrokenAnswer(f"expected the folder to be written as it was, got {error.strerror}") from None
    return sorted(names)
