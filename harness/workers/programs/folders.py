"""One shot: a command that is started for each case with the names of two folders."""

import os
import select
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from harness.cases.case import Case
from harness.workers.output import Output
from harness.workers.programs.answer import Allowance, BrokenAnswer
from harness.workers.programs.command import Command, end, has_ended
from harness.workers.programs.description import Files
from harness.workers.watch import TooLong, TooMuch, Watch

# How often to look whether a command has ended; the end of its output is mostly followed by its own.
LOOK_SECONDS = 0.005
LOOK_AFTER_OUTPUT_SECONDS = 0.0005


class Folders:
    """Asks a command by way of two folders."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self._printed = ""

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

    def printed(self) -> str:
        """Return what the command has printed since the last time, and forget it."""
        text, self._printed = self._printed, ""
        return text

    def close(self) -> None:
        """Nothing of it stays."""

    def _run(self, *folders: str) -> None:
        process = self._command.start(*folders, frames=False)
        assert process.stdout is not None  # for type checkers: it is a pipe
        output = Output(process.stdout)
        try:
            _wait(process, output, self._command.watch(process))
        except TooLong:
            raise self._command.too_long(_last(process, output)[1]) from None
        except TooMuch as reason:
            raise self._command.too_much(reason, _last(process, output)[1]) from None
        except BaseException:
            end(process)
            raise
        death, text = _last(process, output)
        if death != {"exit": 0}:
            raise self._command.died(death, "", text)
        self._printed = text


def _last(process: "subprocess.Popen[bytes]", output: Output) -> tuple[Mapping[str, int], str]:
    """End the process, and return how it ended and what it printed."""
    output.drain()
    return end(process), output.take()


def _wait(process: "subprocess.Popen[bytes]", output: Output, watch: Watch) -> None:
    """Wait until the process has ended.

    Raises:
        TooLong, TooMuch: it was not waited for any longer.
    """
    waiting = select.poll()
    waiting.register(output, select.POLLIN)
    look = LOOK_SECONDS
    while not has_ended(process):
        if waiting.poll(1e3 * min(watch.left(), look)) and not output.drain():
            waiting.unregister(output)
            look = LOOK_AFTER_OUTPUT_SECONDS


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
