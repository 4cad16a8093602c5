"""Work spread over processes: results as they come, and nothing lost when it is interrupted."""

import multiprocessing
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import TextIO, TypeVar

from harness.errors import HarnessError

T = TypeVar("T")
R = TypeVar("R")

# Tasks handed out for each process: one that it works on and one that waits. The rest is made when its turn comes.
HANDED_OUT = 2


def spread(work: Callable[[T], R], tasks: Iterable[T], jobs: int) -> Iterator[R]:
    """Yield the result of every task, in the order in which they end.

    Args:
        work: a function that another process can import; with one job it is called in this one.
        tasks: taken one by one, when a process is about to be free.
        jobs: how many processes.

    Raises:
        HarnessError: a process was killed.
    """
    if jobs == 1:
        yield from map(work, tasks)
        return
    # A forked copy of a process with TensorFlow's threads does not work.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, context, initializer=_leave_interrupts_to_the_parent)
    waiting: set[Future[R]] = set()
    try:
        for task in tasks:
            waiting.add(pool.submit(work, task))
            if len(waiting) >= HANDED_OUT * jobs:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
    except BrokenProcessPool as error:
        raise HarnessError("a process ended without a result, perhaps for lack of memory. Try --jobs 1.") from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@dataclass
class Progress:
    """A line that says how far a command is: rewritten on a terminal, else written anew from time to time.

    Attributes:
        total: how many steps there are.
        what: what a step is, in the plural.
        stream: where the line goes.
    """

    total: int
    what: str
    stream: TextIO = field(default_factory=lambda: sys.stderr)
    done: int = 0
    _begun: float = field(default_factory=time.monotonic)
    _shown: float = -float("inf")

    def step(self, note: str = "") -> None:
        """Count one step, and show the line if it is time to."""
        self.done += 1
        now = time.monotonic()
        live = self.stream.isatty()
        if self.done < self.total and now - self._shown < (0.2 if live else 15.0):
            return
        self._shown = now
        left = (now - self._begun) / self.done * (self.total - self.done)
        line = f"{self.done:,} of {self.total:,} {self.what}, {left:,.0f} s left{note and f', {note}'}"
        print(f"\r\033[K{line}" if live else line, end="" if live else "\n", file=self.stream, flush=True)
        if live and self.done == self.total:
            print(file=self.stream)
