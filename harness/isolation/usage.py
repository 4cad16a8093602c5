"""What a process and everything it started use: how many processes, and how much memory.

Linux tells in /proc. Elsewhere ``ps`` tells of a process group, and what has left the group is not seen.
"""

import contextlib
import os
import subprocess
import sys
from dataclasses import dataclass

MEBIBYTE = 2**20


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


def used_below(guardian: int, group: int, mebibytes: float) -> Usage:
    """Return what the processes that a guardian looks after use.

    Args:
        guardian: its process id; it is not counted.
        group: the process group that they began in.
        mebibytes: below it, memory that several processes share may be counted for each of them.
    """
    if sys.platform != "linux":
        return _of_group(group)
    processes = descendants(guardian)
    resident = sum(map(_resident, processes))
    if len(processes) > 1 and resident > mebibytes * MEBIBYTE:
        resident = sum(map(_proportional, processes))
    return Usage(len(processes), resident / MEBIBYTE)


def _resident(process: int) -> int:
    with contextlib.suppress(OSError), open(f"/proc/{process}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _proportional(process: int) -> int:
    with contextlib.suppress(OSError), open(f"/proc/{process}/smaps_rollup", encoding="ascii") as file:
        return next((int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:")), 0)
    return 0


def _of_group(group: int) -> Usage:
    listed = subprocess.run(["ps", "-A", "-o", "pgid=,rss="], capture_output=True, text=True, check=False).stdout
    kibibytes = [int(line.split()[1]) for line in listed.splitlines() if line.split()[0] == str(group)]
    return Usage(len(kibibytes), sum(kibibytes) / 1024)
