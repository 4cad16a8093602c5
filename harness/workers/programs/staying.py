"""A command that stays, reads a frame for each case, and answers with one."""

import select
import subprocess
from collections.abc import Mapping

from harness.cases.case import Case
from harness.workers.command import Command
from harness.workers.incoming import BrokenAnswer
from harness.workers.process import Running
from harness.workers.programs.answer import Allowance
from harness.workers.programs.description import Files
from harness.workers.programs.frames import pack, reading


class Staying:
    """Asks a command over its standard input and output; started when it is needed, and anew when it is gone."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self._running: Running | None = None

    def ask(self, files: Files, case: Case) -> Mapping[str, bytearray]:
        """Send the files as a frame and return those of the answer.

        Raises:
            Ended: it was stopped, or died.
            BrokenAnswer: it had sent something before it was asked; it was stopped.
        """
        running = self._running or self._started()
        # A question that fails has an answer under way that belongs to nothing, so that it is not asked again.
        self._running = None
        if running.unasked & select.POLLIN:
            running.end()
            raise BrokenAnswer("expected one frame for each problem on standard output, got more")
        answer = running.exchange(pack(files), reading(Allowance.of(case)), self._command.limits)
        self._running = running
        return answer

    def close(self) -> None:
        """End its input, upon which it should end, and see to it that it does."""
        if self._running is not None:
            self._running.leave()
            self._running = None

    def _started(self) -> Running:
        pipe = subprocess.PIPE
        return Running(self._command, self._command.start(stdin=pipe, stdout=pipe, stderr=pipe))
