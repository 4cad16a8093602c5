"""The harness's end of a worker: start it, ask it, and stop it when it takes too much."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
import weakref
from collections.abc import Mapping
from typing import Any

from harness.cases.problem import Array
from harness.implementation.trace import Status
from harness.workers.epitaph import epitaph, printed, whereabouts
from harness.workers.frames import BrokenFrame, Frame, pack
from harness.workers.incoming import Gone, Incoming
from harness.workers.limits import LOADING_SECONDS, Limits
from harness.workers.output import Output
from harness.workers.usage import Usage, descendants, used_by
from harness.workers.watch import TooLong, TooMuch, Watch

# How long a guardian has to tell how its worker died, and to end with all that it looks after, and a worker to end by
# itself.
TELLING_SECONDS = 2.0
TELLING_BYTES = 4096
# More than a guardian hunts.
ENDING_SECONDS = 4.0
LEAVING_SECONDS = 1.0
# How long a worker that took too long has to print where it is.
WHEREABOUTS_SECONDS = 0.3

BEGIN = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from harness.workers.guardian import main; main(int(sys.argv[2]))"
)


class Ended(Exception):
    """There is no answer, and the process is gone.

    Attributes:
        status: ``timeout``, ``crash``, or ``error`` where it answered nonsense.
        reason: in words, with the last lines that it printed.
    """

    def __init__(self, status: Status, reason: str) -> None:
        super().__init__(reason)
        self.status: Status = status
        self.reason = reason


class Stale(Ended):
    """What came is an answer to an earlier question, and the process is gone."""


class Process:
    """A worker and its guardian.

    Args:
        name: whom messages are about.
        limits: for each question.
        directory: where it starts.
    """

    def __init__(self, name: str, limits: Limits, directory: str) -> None:
        self.name = name
        self.limits = limits
        self._asked = 0
        ours, theirs = socket.socketpair()
        output, their_output = os.pipe()
        with theirs:
            try:
                guardian = subprocess.Popen(
                    [
                        sys.executable,
                        "-u",
                        "-X",
                        "faulthandler",
                        "-c",
                        BEGIN,
                        json.dumps(sys.path),
                        str(theirs.fileno()),
                    ],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    bufsize=0,
                    stderr=their_output,
                    pass_fds=[theirs.fileno()],
                    cwd=directory,
                    start_new_session=True,
                )
            finally:
                os.close(their_output)
        ours.setblocking(False)
        self._output = Output(os.fdopen(output, "rb", buffering=0))
        self._guardian = guardian
        self._socket = ours
        self._finish = weakref.finalize(self, _finish, guardian, ours, self._output)
        self.worker = int(self._told(LOADING_SECONDS).get("pid", 0))

    @property
    def alive(self) -> bool:
        """False once it has been ended."""
        return bool(self._finish.alive)

    @property
    def quiet(self) -> bool:
        """Whether it is there and says nothing, as it should while it is asked nothing."""
        return self.alive and not select.select([self._socket], [], [], 0)[0]

    def ask(
        self, head: Mapping[str, Any], arrays: Mapping[str, Array], most: int, limits: Limits | None = None
    ) -> Frame:
        """Send a question and return its answer.

        Args:
            head: values of JSON by name.
            arrays: by name.
            most: bytes of arrays that the answer may have.
            limits: instead of those for a case.

        Raises:
            Ended: the process died, or was stopped because it took too long or too much, or answered nonsense.
        """
        self._asked += 1
        allowed = limits or self.limits
        frame = pack(Frame({**head, "number": self._asked, "most": most}, arrays))
        try:
            answer = self._exchange(memoryview(frame), most, Watch(allowed, lambda: self._used(allowed)))
            number = answer.head.get("number")
            if type(number) is int and number < self._asked:
                raise Stale("error", f"{self.name} answered question {number} once more when asked {self._asked}")
            if number != self._asked:
                raise BrokenFrame(f"expected answer {self._asked}, got {str(number)[:20]}")
        except BrokenFrame as broken:
            self.kill()
            raise Ended("error", f"{self.name} answered something that is no answer: {broken}") from None
        except TooLong:
            lines = self._whereabouts()
            self.kill()
            took = f"{self.name} took more than {allowed.seconds:g} s (--time-limit)"
            raise Ended("timeout", f"{took} and was stopped{whereabouts(lines)}") from None
        except TooMuch as reason:
            self.kill()
            raise Ended("crash", f"{self.name} {reason} and was stopped{printed(self._output.kept)}") from None
        except Gone as gone:
            death = self._told(TELLING_SECONDS)
            self.kill()
            how = f"{epitaph(death)}{gone}{printed(self._output.kept)}"
            raise Ended("crash", f"{self.name}'s process {how}") from None
        except BaseException:
            # An interrupted question has an answer under way that belongs to nothing.
            self.kill()
            raise
        return answer

    def printed(self) -> str:
        """Return what the implementation has printed since the last time, and forget it."""
        self._output.drain()
        return self._output.take()

    def close(self) -> None:
        """Let the process end by itself, and see to it that it does."""
        if self._finish.alive:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._told(LEAVING_SECONDS)
        self._finish()

    def kill(self) -> None:
        """End the process and everything that it started."""
        self._output.drain()
        self._finish()
        if self.worker:
            # The guardian has done so already, unless the worker got rid of it.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.worker, signal.SIGKILL)

    def _exchange(self, outgoing: memoryview, most: int, watch: Watch) -> Frame:
        incoming = Incoming(most)
        died = False
        waiting = select.poll()
        for file in (self._guardian.stdout, self._output):
            if file is not None and not file.closed:
                waiting.register(file, select.POLLIN)
        waiting.register(self._socket, select.POLLOUT | select.POLLIN)
        while True:
            if outgoing:
                outgoing = outgoing[self._send(outgoing) :]
                if not outgoing:
                    waiting.modify(self._socket, select.POLLIN)
            ready = dict(waiting.poll(1e3 * watch.left()))
            if self._output.fileno() in ready and not self._output.drain():
                waiting.unregister(self._output)
            if self._socket.fileno() in ready and ready[self._socket.fileno()] != select.POLLOUT:
                answer = incoming.read(self._socket)
                if answer is not None:
                    return answer
            elif died:
                raise Gone
            # What it answered before it died is still under way when its death is told.
            died = self._guardian.stdout is not None and self._guardian.stdout.fileno() in ready

    def _send(self, outgoing: memoryview) -> int:
        try:
            return self._socket.send(outgoing)
        except BlockingIOError:
            return 0
        except OSError:
            raise Gone from None

    def _used(self, limits: Limits) -> Usage:
        return used_by(descendants(self._guardian.pid), self.worker, limits.mebibytes)

    def _whereabouts(self) -> str:
        """Let the worker print where it is, and return that; it is none of what the implementation printed."""
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

    def _told(self, seconds: float) -> dict[str, int]:
        """Return what the guardian tells next, or nothing if there is nothing in time."""
        told = self._guardian.stdout
        if told is None or told.closed or not select.select([told], [], [], seconds)[0]:
            return {}
        # One line at once, unless somebody else writes into this pipe, who shall not be waited for.
        line = os.read(told.fileno(), TELLING_BYTES)
        try:
            values = json.loads(line)
        except ValueError:
            return {}
        known = values if isinstance(values, dict) else {}
        return {name: known[name] for name in ("pid", "exit", "signal") if type(known.get(name)) is int}


def _finish(guardian: "subprocess.Popen[bytes]", connection: socket.socket, output: Output) -> None:
    """Close the guardian's pipe, upon which it kills the worker and all that came of it, and wait for that."""
    connection.close()
    if guardian.stdin is not None:
        guardian.stdin.close()
    try:
        guardian.wait(ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        # Somebody holds it up: what it looks after would be left behind.
        for process in (*descendants(guardian.pid), guardian.pid):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        guardian.wait()
    if guardian.stdout is not None:
        guardian.stdout.close()
    output.drain()
    output.close()
