"""The one way to end a process: let it, as long as it may, and kill what is left of it and of what it started."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Sequence

from harness.workers.output import Output
from harness.workers.usage import descendants


def has_ended(process: "subprocess.Popen[bytes]") -> bool:
    """Tell whether it has, without taking note of it, so that its process id belongs to nobody else yet.

    Before Python 3.13, macOS cannot but take note; the id is then given away again only after some ten thousand others.
    """
    if process.returncode is not None or not hasattr(os, "waitid"):
        return process.poll() is not None
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def ends_within(seconds: float, process: "subprocess.Popen[bytes]", output: Output) -> bool:
    """Wait for so many seconds, and tell whether it has ended by then."""
    until = time.monotonic() + seconds
    while not (ended := has_ended(process)) and time.monotonic() < until:
        # What it prints last shall not keep it waiting.
        output.drain()
        time.sleep(0.001)
    return ended


def end(
    process: "subprocess.Popen[bytes]", output: Output, groups: Sequence[int], line: socket.socket | None, grace: float
) -> None:
    """End a process and whatever it started.

    Args:
        process: which.
        output: what it prints is read to its end, and closed.
        groups: process groups that end with it.
        line: what it takes for a sign to end that it is closed, beside its standard input.
        grace: how many seconds it has to end by itself after such a sign.
    """
    for each in (process.stdin, line):
        if each is not None:
            each.close()
    ends_within(grace, process, output)
    for descendant in descendants(process.pid):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(descendant, signal.SIGKILL)
    # Its group bears its process id, which is not given to another one before it has been waited for.
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    process.wait()
    output.drain()
    output.close()
    if process.stdout is not None:
        process.stdout.close()
