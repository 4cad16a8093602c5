"""Keeping the limits of one case: how long it takes, and from time to time what it uses."""

import sys
import time
from collections.abc import Callable

from harness.workers.limits import MOST_PROCESSES, Limits
from harness.workers.usage import Usage

# Between two looks at what a process uses. Where ps has to be asked, a look takes longer than most cases.
LOOK_SECONDS = 0.02 if sys.platform == "linux" else 0.25


class TooLong(Exception):
    """Time is up."""


class TooMuch(Exception):
    """Memory or processes; the message says which."""


class Watch:
    """Begins when it is made.

    Args:
        limits: what is allowed.
        used: tells what is used now.
    """

    def __init__(self, limits: Limits, used: Callable[[], Usage]) -> None:
        now = time.monotonic()
        self._limits = limits
        self._used = used
        self._until = now + limits.seconds
        self._next_look = now + LOOK_SECONDS

    def left(self) -> float:
        """Return for how many seconds there is nothing to look at.

        Raises:
            TooLong: time is up.
            TooMuch: more is used than allowed.
        """
        now = time.monotonic()
        if now >= self._until:
            raise TooLong
        if now >= self._next_look:
            self._look()
            now = time.monotonic()
            self._next_look = now + LOOK_SECONDS
        return max(0.0, min(self._until, self._next_look) - now)

    def _look(self) -> None:
        used = self._used()
        if used.mebibytes > self._limits.mebibytes:
            raise TooMuch(f"used more than {self._limits.mebibytes:,} MiB of memory (--memory-limit)")
        if used.processes > MOST_PROCESSES:
            raise TooMuch(f"started more than {MOST_PROCESSES} processes")
