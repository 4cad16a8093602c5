"""A process that runs: asked through its pipes or waited for, within limits, and ended with whatever it started.

What it started is found as far as its process group and, on Linux, its descendants go. ``guarded`` finds the rest.
"""

import contextlib
import fcntl
import os
import select
import socket
import subprocess
import weakref
from collections.abc import Iterator

from harness.implementation.trace import Status
from harness.workers.command import Command, Ended
from harness.workers.ending import end, ends_within, has_ended
from harness.workers.exit_status import exit_status, printed, whereabouts
from harness.workers.incoming import Answer, BrokenAnswer, Gone, Incoming, Reading
from harness.workers.limits import Limits
from harness.workers.output import Output, show
from harness.workers.usage import Usage, descendants, used_by
from harness.workers.watch import TooLong, TooMuch, Watch

# How long a process has to end by itself once it is told to, and once it has closed its answers, before it is ended.
LEAVING_SECONDS = 1.0
DYING_SECONDS = 2.0
# What a pipe takes at once, so that a question of a usual size costs one change of processes.
PIPE_BYTES = 2**20
# How often to look whether it has ended; the end of its output is mostly followed by its own.
LOOK_SECONDS = 0.005
LOOK_AFTER_OUTPUT_SECONDS = 0.0005


class Running:
    """A process, from its start to its end.

    Args:
        command: what was started.
        process: in a group of its own. Where it has a standard input, questions go there and answers come from its
            standard output; it prints to its standard error, or to its standard output where that is the same.
        line: what else it takes for a sign to end that it is closed.
        grace: how many seconds it has to end by itself after such a sign.
    """

    # Where nothing at all was answered.
    silent = " without an answer"

    def __init__(
        self,
        command: Command,
        process: "subprocess.Popen[bytes]",
        line: socket.socket | None = None,
        grace: float = 0.0,
    ) -> None:
        self.name = command.name
        self._command = command
        self._process = process
        output = process.stderr or process.stdout
        assert output is not None, "for type checkers: it is a pipe"
        self._output = Output(output)
        if process.stdin is not None and process.stdout is not None:
            self._questions, self._answers = process.stdin.fileno(), process.stdout.fileno()
            for descriptor in (self._questions, self._answers):
                os.set_blocking(descriptor, False)
                # Linux alone has it, and refuses it to who has many pipes: then there are more pieces.
                with contextlib.suppress(OSError, AttributeError):
                    fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self._groups = [process.pid]
        # At the latest when Python ends.
        self._finish = weakref.finalize(self, end, process, self._output, self._groups, line, grace)

    @property
    def unasked(self) -> int:
        """What it says while it is asked nothing, as events of ``poll``; 0 for nothing, as it should be."""
        if not self._finish.alive:
            return select.POLLHUP
        waiting = select.poll()
        waiting.register(self._answers, select.POLLIN)
        return next((event for _, event in waiting.poll(0)), 0)

    def exchange(self, question: bytes, reading: Reading[Answer], limits: Limits) -> Answer:
        """Send a question and return its answer.

        Raises:
            Ended: the process died, or was stopped because it took too long or too much, or answered nonsense.
        """
        with self._ended_by_what_goes_wrong(limits):
            return self._exchange(memoryview(question), Incoming(reading), self._watch(limits))

    def wait(self, limits: Limits) -> None:
        """Wait until it has ended by itself.

        Raises:
            Ended: it died, ended with an exit code other than 0, or was stopped because it took too long or too much.
        """
        watch = self._watch(limits)
        waiting = select.poll()
        waiting.register(self._output, select.POLLIN)
        with self._ended_by_what_goes_wrong(limits):
            while not has_ended(self._process):
                look = LOOK_AFTER_OUTPUT_SECONDS if self._output.closed else LOOK_SECONDS
                self._poll(waiting, min(watch.left(), look))
            code = self.end()
            if code != 0:
                raise self._died(code, "")

    def show(self) -> None:
        """Show what it has printed since the last time."""
        self._output.drain()
        show(self._output.take())

    def leave(self) -> None:
        """Let it end by itself, and see to it that it does."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self.end(LEAVING_SECONDS)

    def end(self, patience: float = 0.0) -> int | None:
        """End it and whatever it started, and return its exit code or, negative, its signal.

        None stands for a process that did not end by itself, for which it has ``patience`` seconds.
        """
        by_itself = ends_within(patience, self._process, self._output)
        self._finish()
        return self._process.returncode if by_itself else None

    def _exchange(self, outgoing: memoryview, incoming: Incoming[Answer], watch: Watch) -> Answer:
        waiting = select.poll()
        waiting.register(self._answers, select.POLLIN)
        waiting.register(self._questions, select.POLLOUT)
        if not self._output.closed:
            waiting.register(self._output, select.POLLIN)
        while True:
            # What it answered before it ended is still under way when its end is seen.
            ended = has_ended(self._process)
            ready = self._poll(waiting, 0.0 if ended else watch.left())
            if self._questions in ready:
                outgoing = self._send(outgoing)
                if not outgoing:
                    waiting.unregister(self._questions)
            if self._answers in ready:
                answer = incoming.read(self._answers)
                if answer is not None:
                    return answer
            elif ended:
                raise incoming.gone()

    def _poll(self, waiting: select.poll, seconds: float) -> dict[int, int]:
        """Wait until something is ready, and return what; read what the process prints."""
        ready = dict(waiting.poll(1e3 * seconds))
        if self._output.fileno() in ready and not self._output.drain():
            waiting.unregister(self._output)
        return ready

    def _send(self, outgoing: memoryview) -> memoryview:
        try:
            return outgoing[os.write(self._questions, outgoing) :]
        except BlockingIOError:
            return outgoing
        except BrokenPipeError:
            # What it answered before it stopped listening may be under way.
            return outgoing[:0]

    @contextlib.contextmanager
    def _ended_by_what_goes_wrong(self, limits: Limits) -> Iterator[None]:
        """Show what the process prints, end it with whatever is raised, and raise Ended where that is its doing."""
        try:
            yield
        except BrokenAnswer as broken:
            self.end()
            raise Ended("error", f"{self.name} answered something that is no answer: {broken}") from None
        except TooLong:
            where = self._whereabouts()
            self.end()
            last = printed(self._output.kept) if where is None else whereabouts(where)
            took = f"{self.name} took more than {limits.seconds:g} s"
            option = self._command.option and f" ({self._command.option})"
            raise Ended("timeout", f"{took}{option} and was stopped{last}") from None
        except TooMuch as reason:
            self.end()
            raise Ended("crash", f"{self.name} {reason} and was stopped{printed(self._output.kept)}") from None
        except Gone as gone:
            raise self._died(self.end(DYING_SECONDS), str(gone) or self.silent) from None
        except BaseException:
            # A question that is interrupted has an answer under way that belongs to nothing.
            self.end()
            raise
        finally:
            self.show()

    def _died(self, code: int | None, when: str) -> Ended:
        reason = f"{self.name}'s process {exit_status(code)}{when}{printed(self._output.kept)}"
        return Ended(self._status(code), reason)

    def _whereabouts(self) -> str | None:
        """Return the places in its code where a process is that takes too long; None if it cannot tell."""
        return None

    def _status(self, code: int | None) -> Status:
        return "crash" if code is None or code < 0 else "error"

    def _watch(self, limits: Limits) -> Watch:
        return Watch(limits, lambda: self._used(limits))

    def _used(self, limits: Limits) -> Usage:
        pid = self._process.pid
        return used_by((pid, *descendants(pid)), pid, limits.mebibytes)
