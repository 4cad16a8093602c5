"""What one case may use of the machine, and how much of it may come back."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from harness.cases.observables import Observable
from harness.errors import HarnessError

# Loading may import a large framework from a cold disk.
LOADING_SECONDS = 60.0

# More than any pool of workers on the machines this runs on, and few enough to be stopped at once.
MOST_PROCESSES = 64

# Deaths in a row, each on another case, after which a process is not started again.
MOST_DEATHS = 3

# What a worker may take beside a program that it starts and stops itself. The program's own limits are lower, so that
# what is told is which program it was, and what it printed last.
OWN_SECONDS = 2.0
OWN_MEBIBYTES = 256

# What is kept of what an implementation prints while it computes one case.
KEPT_OUTPUT = 2**14

# Reasons and findings of one answer, and the names and shapes of its arrays.
MOST_HEAD = 2**20
MOST_TEXT = 2**14
MOST_FINDINGS = 20

# What observables that nobody asked for may take, beside as much again as those that were.
EXTRA_BYTES = 2**20
EXTRA_ARRAYS = 64
LONGEST_NAME = 200
LARGEST_ELEMENT = 8


@dataclass(frozen=True)
class Limits:
    """Limits for each case.

    Attributes:
        seconds: wall time.
        mebibytes: resident memory of the process and its children together. It is watched while it runs and not set as
            RLIMIT_AS: frameworks reserve many times the addresses that they ever touch, and macOS ignores that limit.
    """

    seconds: float = 10.0
    mebibytes: int = 2048

    def __post_init__(self) -> None:
        if not self.seconds > 0:
            raise HarnessError(f"--time-limit expected a number of seconds above 0, got {self.seconds:g}.")
        if not self.mebibytes > 0:
            raise HarnessError(f"--memory-limit expected a number of MiB above 0, got {self.mebibytes}.")


@runtime_checkable
class Limited(Protocol):
    """An implementation that keeps the limits of a run itself, such as one that starts programs."""

    def limit(self, limits: Limits) -> None:
        """Keep these from the next case on."""
        ...


def limit_all(implementations: Iterable[object], limits: Limits) -> None:
    """Hand the limits of a run to those implementations that keep them themselves."""
    for implementation in implementations:
        if isinstance(implementation, Limited):
            implementation.limit(limits)


def most_bytes(observables: tuple[Observable, ...]) -> int:
    """Return how many bytes of arrays an answer with these observables may have.

    Everything in float64 whatever was asked for, as much again and 1 MiB for what was not: enough to tell somebody
    that the format or the shape is wrong, and never out of proportion.
    """
    elements = 0
    for observable in observables:
        count = 1
        for length in observable.shape:
            count *= length
        elements += count
    return 2 * LARGEST_ELEMENT * elements + EXTRA_BYTES


def most_arrays(observables: tuple[Observable, ...]) -> int:
    """Return how many arrays an answer with these observables may have: a row of the report is made of each."""
    return 2 * len(observables) + EXTRA_ARRAYS
