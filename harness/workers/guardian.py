"""The guardian: a small process between the harness and a worker that outlives the worker's worst.

Its line is a socket to the harness: when that closes, because the harness wants it or was killed, the worker ends with
everything it started. When the worker dies, what it started ends too, and the guardian ends in the way the worker did.
Questions and answers are none of its business: they go through its standard input and output to the worker. Nothing
but the standard library is imported before the worker has been split off.
"""

import contextlib
import ctypes
import os
import select
import signal
import sys
import time
from typing import NoReturn

from harness.workers.usage import descendants

# How long to hunt what goes on starting processes.
HUNT_SECONDS = 3.0

# <linux/prctl.h>
PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_CHILD_SUBREAPER = 36


def main(line: int) -> None:
    """Split off the worker; in the worker, return when it has served, in the guardian, never.

    Args:
        line: file descriptor of the socket to the harness.
    """
    # What a dead process leaves behind becomes a child of this one, whatever group or session it has moved to.
    _process_control(PR_SET_CHILD_SUBREAPER, 1)
    # Where no key of the terminal and no signal to the group reaches it, the guardian ends with its line alone.
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake)
    worker = os.fork()
    if worker == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setpgid(0, 0)
        _process_control(PR_SET_PDEATHSIG, signal.SIGKILL)
        _worker(line, woken, wake)
        return
    with contextlib.suppress(OSError):
        os.setpgid(worker, worker)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    # Nobody listens any more where the harness was killed.
    with contextlib.suppress(BrokenPipeError):
        os.write(line, str(worker).encode())
    _end_like(_end(worker, _wait(worker, woken, line)))


def _worker(*unused: int) -> None:
    # Where the implementation does not look for them, which reads nothing, and prints where its errors go.
    questions, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    for descriptor in (null, *unused):
        os.close(descriptor)
    from harness.workers.worker import serve

    serve(questions, answers)


def _wait(worker: int, woken: int, line: int) -> int | None:
    """Wait until the worker has died, and return how, or until the line to the harness closes."""
    waiting = select.poll()
    waiting.register(line, select.POLLIN)
    waiting.register(woken, select.POLLIN)
    while True:
        ready = dict(waiting.poll())
        if woken in ready:
            os.read(woken, 4096)
            died, _ = _reap(worker)
            if died is not None:
                return died
        if line in ready:
            return None


def _end(worker: int, died: int | None) -> int | None:
    """Kill the worker, if it lives, and all that it started, and return how it died."""
    until = time.monotonic() + HUNT_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(worker, signal.SIGKILL)
        # The worker may have left its group. Its process id is no one else's before it has been reaped.
        for process in (*descendants(os.getpid()), *((worker,) if died is None else ())):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        reaped, others = _reap(worker)
        died = died if reaped is None else reaped
        if not others:
            break
        time.sleep(0.001)
    return died


def _reap(worker: int) -> tuple[int | None, bool]:
    """Take note of every child that has died; return how the worker did, if among them, and whether others live."""
    died: int | None = None
    while True:
        try:
            process, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return died, False
        if not process:
            return died, True
        if process == worker:
            died = os.waitstatus_to_exitcode(status)


def _end_like(code: int | None) -> NoReturn:
    """End with this exit code or, negative, by this signal, without another dump of a core."""
    if code is not None and code < 0:
        _process_control(PR_SET_DUMPABLE, 0)
        with contextlib.suppress(OSError):  # no one handles SIGKILL
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
        os._exit(128 - code)
    os._exit(code or 0)


def _process_control(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
