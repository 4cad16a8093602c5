"""The guardian: a small process between the harness and a worker that outlives the worker's worst.

Its standard input is a pipe that nobody writes to: when it closes, because the harness wants it or was killed, the
worker ends with everything it started. When the worker dies, what it started ends too, and how it died is told on
standard output. Nothing but the standard library is imported before the worker has been split off.
"""

import contextlib
import ctypes
import json
import os
import select
import signal
import sys
import time

from harness.workers.usage import descendants

# How long to hunt what goes on starting processes.
HUNT_SECONDS = 3.0

# <linux/prctl.h>
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def main(connection: int) -> None:
    """Split off the worker; in the worker, return when it has served, in the guardian, never.

    Args:
        connection: file descriptor of the socket that the worker answers through.
    """
    # What a dead process leaves behind becomes a child of this one, whatever group or session it has moved to.
    _process_control(PR_SET_CHILD_SUBREAPER, 1)
    # Where no key of the terminal and no signal to the group reaches it, the guardian ends with its pipe alone.
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
        _worker(connection, (woken, wake))
        return
    with contextlib.suppress(OSError):
        os.setpgid(worker, worker)
    os.close(connection)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    _tell({"pid": worker})
    _tell(_end(worker, _wait(worker, woken)))
    os._exit(0)


def _worker(connection: int, unused: tuple[int, ...]) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    # The guardian's pipes are none of its business, and its own prints go where its errors go.
    os.dup2(2, 1)
    for descriptor in (null, *unused):
        os.close(descriptor)
    from harness.workers.worker import serve

    serve(connection)


def _wait(worker: int, woken: int) -> dict[str, int]:
    """Wait until the worker has died, and return how, or until the pipe from the harness closes."""
    waiting = select.poll()
    waiting.register(0, select.POLLIN)
    waiting.register(woken, select.POLLIN)
    while True:
        ready = dict(waiting.poll())
        if woken in ready:
            os.read(woken, 4096)
            died, _ = _reap(worker)
            if died:
                return died
        if 0 in ready:
            return {}


def _end(worker: int, died: dict[str, int]) -> dict[str, int]:
    """Kill the worker, if it lives, and all that it started, and return how it died."""
    until = time.monotonic() + HUNT_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(worker, signal.SIGKILL)
        # The worker may have left its group. Its process id is no one else's before it has been reaped.
        for process in (*descendants(os.getpid()), *(() if died else (worker,))):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        reaped, others = _reap(worker)
        died = reaped or died
        if not others:
            break
        time.sleep(0.001)
    return died


def _reap(worker: int) -> tuple[dict[str, int], bool]:
    """Take note of every child that has died; return how the worker did, if among them, and whether others live."""
    died: dict[str, int] = {}
    while True:
        try:
            process, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return died, False
        if not process:
            return died, True
        if process == worker:
            died = _death(status)


def _death(status: int) -> dict[str, int]:
    code = os.waitstatus_to_exitcode(status)
    return {"signal": -code} if code < 0 else {"exit": code}


def _tell(values: dict[str, int]) -> None:
    # Nobody listens any more where the harness was killed.
    with contextlib.suppress(BrokenPipeError):
        os.write(1, json.dumps(values).encode() + b"\n")


def _process_control(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
