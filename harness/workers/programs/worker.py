"""A worker: a command that stays, reads a frame for each case, and answers with one."""

import os
import select
import time
import weakref
from collections.abc import Mapping

from harness.cases.case import Case
from harness.workers.output import Output
from harness.workers.programs.answer import Allowance, BrokenAnswer
from harness.workers.programs.command import Command, end, has_ended
from harness.workers.programs.description import Files
from harness.workers.programs.frames import Reading, pack, reading
from harness.workers.watch import TooLong, TooMuch

# How long a worker has to end by itself once its input has ended, or it has closed its output.
LEAVING_SECONDS = 1.0


class Worker:
    """Asks a command over its standard input and output; started when it is needed, and anew when it is gone."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self._running: _Running | None = None
        self._printed = ""

    def ask(self, files: Files, case: Case) -> Mapping[str, bytearray]:
        """Send the files as a frame and return those of the answer.

        Raises:
            Ended: it was stopped, or died.
            BrokenAnswer: what it sent cannot be taken; it was stopped.
        """
        running = self._running or _Running(self._command)
        # A question that fails has an answer under way that belongs to nothing, so that it is not asked again.
        self._running = None
        try:
            answer = running.exchange(pack(files), reading(Allowance.of(case)))
        except TooLong:
            running.end()
            raise self._command.too_long(running.printed()) from None
        except TooMuch as reason:
            running.end()
            raise self._command.too_much(reason, running.printed()) from None
        except _Gone as gone:
            death = running.end(LEAVING_SECONDS)
            raise self._command.died(death, f"{gone}", running.printed()) from None
        except BaseException:
            running.end()
            self._printed += running.printed()
            raise
        self._running = running
        self._printed += running.printed()
        return answer

    def printed(self) -> str:
        """Return what the command has printed since the last time, and forget it."""
        text, self._printed = self._printed, ""
        return text

    def close(self) -> None:
        """End its input, upon which it should end, and see to it that it does."""
        if self._running is not None:
            self._running.leave()
            self._running = None


class _Gone(Exception):
    """Nobody is there to answer; the message says whether an answer had begun."""


class _Running:
    """A process that answers frames."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self._process = command.start(frames=True)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._questions, self._answers = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._questions, False)
        os.set_blocking(self._answers, False)
        self._output = Output(self._process.stderr)
        # At the latest when Python ends.
        self._finish = weakref.finalize(self, end, self._process)

    def exchange(self, frame: bytes, wanted: Reading) -> dict[str, bytearray]:
        """Send a frame and return the files of the answer.

        Raises:
            TooLong, TooMuch: there was no complete answer within the limits.
            _Gone: the process closed its output.
            BrokenAnswer: it sent something else.
        """
        watch = self._command.watch(self._process)
        incoming = _Incoming(wanted)
        outgoing = memoryview(frame)
        waiting = select.poll()
        waiting.register(self._answers, select.POLLIN)
        if any(event & select.POLLIN for _, event in waiting.poll(0)):
            raise BrokenAnswer("expected one frame for each problem on standard output, got more")
        if not self._output.closed:
            waiting.register(self._output, select.POLLIN)
        waiting.register(self._questions, select.POLLOUT)
        while True:
            ready = dict(waiting.poll(1e3 * watch.left()))
            if self._output.fileno() in ready and not self._output.drain():
                waiting.unregister(self._output)
            if self._questions in ready:
                outgoing = self._send(outgoing)
                if not outgoing:
                    waiting.unregister(self._questions)
            if self._answers in ready:
                answer = incoming.read(self._answers)
                if answer is not None:
                    return answer

    def printed(self) -> str:
        """Return what it has printed since the last time, and forget it."""
        self._output.drain()
        return self._output.take()

    def end(self, leaving: float = 0.0) -> Mapping[str, int]:
        """Kill it, unless it ends by itself within so many seconds, and return how it did; nothing if it was killed."""
        until = time.monotonic() + leaving
        while not (by_itself := has_ended(self._process)) and time.monotonic() < until:
            time.sleep(0.001)
        self._output.drain()
        self._finish.detach()
        death = end(self._process)
        return death if by_itself else {}

    def leave(self) -> None:
        """Let it end by itself, and see to it that it does."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self.end(LEAVING_SECONDS)

    def _send(self, outgoing: memoryview) -> memoryview:
        try:
            return outgoing[os.write(self._questions, outgoing) :]
        except BlockingIOError:
            return outgoing
        except BrokenPipeError:
            # What it answered before it stopped listening may be under way.
            return outgoing[:0]


class _Incoming:
    """A frame that comes piece by piece into memory of the size that was allowed for each."""

    def __init__(self, wanted: Reading) -> None:
        self._wanted = wanted
        self._piece = bytearray(next(wanted))
        self._filled = 0
        self._begun = False

    def read(self, descriptor: int) -> dict[str, bytearray] | None:
        """Read what is there, and return the files once they are complete.

        Raises:
            BrokenAnswer: it is no frame, or a larger one than allowed.
            _Gone: the other end has closed.
        """
        while True:
            while self._filled < len(self._piece):
                try:
                    count = os.readv(descriptor, [memoryview(self._piece)[self._filled :]])
                except BlockingIOError:
                    return None
                if not count:
                    raise _Gone(" in the middle of its answer" if self._begun else " without an answer")
                self._filled += count
                self._begun = True
            try:
                self._piece, self._filled = bytearray(self._wanted.send(self._piece)), 0
            except StopIteration as complete:
                files: dict[str, bytearray] = complete.value
                return files
