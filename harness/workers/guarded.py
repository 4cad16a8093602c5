"""The harness's end of a worker: a process that a guardian looks after, and that is asked by messages."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

from harness.cases.problem import Array
from harness.implementation.trace import Status
from harness.workers.command import Command, Ended
from harness.workers.exit_status import CONNECTION_LOST
from harness.workers.incoming import BrokenAnswer, Reading
from harness.workers.limits import LOADING_SECONDS, MOST_HEAD, Limits
from harness.workers.messages import Message, pack, reading
from harness.workers.process import Running
from harness.workers.usage import Usage, descendants, used_by

# How long a guardian has to end with all that it looks after: more than it hunts.
ENDING_SECONDS = 4.0
# How long a worker that took too long has to print where it is.
WHEREABOUTS_SECONDS = 0.3

BEGIN = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from harness.workers.guardian import main; main(int(sys.argv[2]))"
)


class Stale(Ended):
    """What came is an answer to an earlier question, and the process is gone."""


class Guarded(Running):
    """A worker and its guardian, which ends as the worker did.

    Args:
        name: whom messages are about.
        limits: of a case, for messages.
        directory: where it starts.

    Raises:
        Ended: it could not be started.
    """

    silent = ""

    def __init__(self, name: str, limits: Limits, directory: str) -> None:
        words = sys.executable, "-u", "-X", "faulthandler", "-c", BEGIN, json.dumps(sys.path)
        command = Command(name, words, directory, limits, "--time-limit")
        line, its_line = socket.socketpair()
        ends = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        with its_line:
            try:
                process = command.start(str(its_line.fileno()), **ends, pass_fds=(its_line.fileno(),))
            except Ended:
                line.close()
                raise
        super().__init__(command, process, line, ENDING_SECONDS)
        self._asked = 0
        told = line.recv(32) if select.select([line], [], [], LOADING_SECONDS)[0] else b""
        self.worker = int(told or 0)
        if self.worker:
            # The guardian ends it too, unless the worker got rid of its guardian.
            self._groups.append(self.worker)

    def ask(self, head: Mapping[str, Any], arrays: Mapping[str, Array], most: int, limits: Limits) -> Message:
        """Send a question and return its answer.

        Args:
            head: values of JSON by name.
            arrays: by name.
            most: bytes of arrays that the answer may have.
            limits: for this question.

        Raises:
            Ended: the process died, or was stopped because it took too long or too much, or answered nonsense.
        """
        self._asked += 1
        question = pack(Message({**head, "number": self._asked, "most": most}, arrays))
        return self.exchange(question, self._answer(most), limits)

    def end(self, patience: float = 0.0) -> int | None:
        code = super().end(patience)
        return None if code == CONNECTION_LOST else code

    def _answer(self, most: int) -> Reading[Message]:
        answer = yield from reading(MOST_HEAD, most)
        number = answer.head.get("number")
        if type(number) is int and number < self._asked:
            raise Stale("error", f"{self.name} answered question {number} once more when asked {self._asked}")
        if number != self._asked:
            raise BrokenAnswer(f"expected answer {self._asked}, got {str(number)[:20]}")
        return answer

    def _whereabouts(self) -> str | None:
        # What the worker prints of itself is none of what the implementation printed.
        self._output.drain()
        before = self._output.take()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(self.worker, signal.SIGUSR1)
        until = time.monotonic() + WHEREABOUTS_SECONDS
        # The outermost place is the program that the process was started with.
        while time.monotonic() < until and '  File "<string>"' not in self._output.kept and not self._output.closed:
            select.select([self._output], [], [], WHEREABOUTS_SECONDS)
            self._output.drain()
        where = self._output.take()
        self._output.put(before)
        return where

    def _status(self, code: int | None) -> Status:
        return "crash"

    def _used(self, limits: Limits) -> Usage:
        return used_by(descendants(self._process.pid), self.worker, limits.mebibytes)
