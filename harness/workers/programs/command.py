"""A command: start it, keep the last of what it prints, and end it with whatever it started.

What it starts is found and ended as far as its process group and, on Linux, its descendants go. A worker's guardian
(``harness.workers``) finds the rest, because a file that the user names is loaded there.
"""

import contextlib
import errno
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from harness.workers.epitaph import epitaph, printed
from harness.workers.limits import Limits
from harness.workers.process import Ended
from harness.workers.usage import Usage, descendants, used_by
from harness.workers.watch import TooMuch, Watch


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

    def start(self, *more: str, frames: bool) -> "subprocess.Popen[bytes]":
        """Start it in a process group of its own.

        Args:
            more: arguments after its own.
            frames: whether standard input and output carry frames; else it has nothing to read, and what it prints
                goes where its errors go.

        Raises:
            Ended: it could not be started.
        """
        try:
            return subprocess.Popen(
                [self.words[0], *self.words[1:], *more],
                bufsize=0,
                stdin=subprocess.PIPE if frames else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE if frames else subprocess.STDOUT,
                cwd=self.directory,
                start_new_session=True,
            )
        except OSError as error:
            raise Ended("error", f"{self.name} could not be started: {self._cause(error)}") from None

    def watch(self, process: "subprocess.Popen[bytes]") -> Watch:
        """Begin to watch the limits of one case."""

        def used() -> Usage:
            below = (process.pid, *descendants(process.pid))
            return used_by(below, process.pid, self.limits.mebibytes)

        return Watch(self.limits, used)

    def too_long(self, output: str) -> Ended:
        """Return what to raise when it took too long, given what it printed last."""
        took = f"{self.name} took more than {self.limits.seconds:g} s{self.option and f' ({self.option})'}"
        return Ended("timeout", f"{took} and was stopped{printed(output)}")

    def too_much(self, reason: TooMuch, output: str) -> Ended:
        """Return what to raise when it took too much, given what it printed last."""
        return Ended("crash", f"{self.name} {reason} and was stopped{printed(output)}")

    def died(self, death: Mapping[str, int], when: str, output: str) -> Ended:
        """Return what to raise when it ended, with an exit code, a signal or neither, given what it printed last."""
        reason = f"{self.name}'s process {epitaph(death)}{when}{printed(output)}"
        return Ended("error" if "exit" in death else "crash", reason)

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


def has_ended(process: "subprocess.Popen[bytes]") -> bool:
    """Tell whether it has, without taking note of it, so that its process id belongs to nobody else yet.

    Before Python 3.13, macOS cannot but take note; the id is then given away again only after some ten thousand others.
    """
    if not hasattr(os, "waitid"):
        return process.poll() is not None
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def end(process: "subprocess.Popen[bytes]") -> Mapping[str, int]:
    """Kill it, if it lives, and what it started, and return its exit code or signal; called once for each process."""
    for descendant in descendants(process.pid):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(descendant, signal.SIGKILL)
    # Its group bears its process id, which is not given to another one before it has been waited for.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    code = process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()
    return {"signal": -code} if code < 0 else {"exit": code}
