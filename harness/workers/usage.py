"""What a process and everything it started use: how many processes, and how much memory.

Linux tells in /proc. Elsewhere ``ps`` tells of a process group, and what has left the group is not seen. Where neither
tells anything, ``unwatched`` says so.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

MEBIBYTE = 2**20
# For ps, which takes milliseconds and may not hold up a run.
PS_SECONDS = 5.0


@dataclass(frozen=True)
class Usage:
    """Totals.

    Attributes:
        processes: how many there are.
        mebibytes: resident memory; what processes share is counted once.
    """

    processes: int
    mebibytes: float


def descendants(process: int) -> list[int]:
    """Return the ids of a process's children and theirs; on Linux only, nothing elsewhere."""
    if sys.platform != "linux":
        return []
    found: list[int] = []
    waiting = [process]
    while waiting:
        tasks = f"/proc/{waiting.pop()}/task"
        # A process may be gone before it has been asked.
        with contextlib.suppress(OSError):
            for task in os.listdir(tasks):
                with open(f"{tasks}/{task}/children", encoding="ascii") as file:
                    children = [int(child) for child in file.read().split()]
                found += children
                waiting += children
    return found


def used_by(processes: Sequence[int], group: int, mebibytes: float) -> Usage:
    """Return what processes use.

    Args:
        processes: which; they are asked on Linux alone.
        group: the process group that they began in, which is asked elsewhere.
        mebibytes: below it, memory that several processes share may be counted for each of them.
    """
    if sys.platform != "linux":
        return _of_group(group)
    resident = sum(map(_resident, processes))
    if len(processes) > 1 and resident > mebibytes * MEBIBYTE:
        resident = sum(map(_proportional, processes))
    return Usage(len(processes), resident / MEBIBYTE)


def unwatched() -> str:
    """Return a sentence that says what is not limited on this machine, and why; empty where everything is."""
    own = os.getpid()
    if used_by([own], os.getpgid(own), 0.0).mebibytes == 0:
        where = "/proc is not there" if sys.platform == "linux" else "ps is not there"
        return f"memory and the number of processes are not limited here: {where}, or tells nothing about processes"
    if sys.platform == "linux" and not os.path.exists(f"/proc/self/task/{own}/children"):
        return "memory of child processes is not limited here: the kernel does not tell in /proc which there are"
    return ""


def _resident(process: int) -> int:
    with contextlib.suppress(OSError), open(f"/proc/{process}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _proportional(process: int) -> int:
    with contextlib.suppress(OSError), open(f"/proc/{process}/smaps_rollup", encoding="ascii") as file:
        return next((int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:")), 0)
    # A kernel without that file counts shared memory more than once, which is too much and not nothing.
    return _resident(process)


def _of_group(group: int) -> Usage:
    # One -o for each column: a header, even an empty one, reaches to the end of its argument.
    command = ["ps", "-A", "-o", "pgid=", "-o", "rss="]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PS_SECONDS).stdout
    except (OSError, subprocess.SubprocessError):
        return Usage(0, 0.0)
    kibibytes = [int(line.split()[1]) for line in listed.splitlines() if line.split()[:1] == [str(group)]]
    return Usage(len(kibibytes), sum(kibibytes) / 1024)
