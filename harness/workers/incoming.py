"""An answer that comes through a pipe piece by piece, in whatever form."""

import os
from collections.abc import Generator
from typing import Generic, TypeVar

from harness.errors import HarnessError

Answer = TypeVar("Answer")
# Yields how many bytes it needs next, is sent exactly those, and returns the answer; raises BrokenAnswer.
Reading = Generator[int, bytearray, Answer]


class BrokenAnswer(HarnessError):
    """The answer cannot be taken; the message says what was expected and what came."""


class Gone(Exception):
    """Nobody is there to answer; the message says so where an answer had begun."""


class Incoming(Generic[Answer]):
    """An answer on its way, in pieces of memory no larger than ``reading`` asks for."""

    def __init__(self, reading: Reading[Answer]) -> None:
        self._reading = reading
        self._piece = bytearray(next(reading))
        self._filled = 0
        self._begun = False

    def read(self, descriptor: int) -> Answer | None:
        """Read what is there, and return the answer once it is complete.

        Raises:
            BrokenAnswer: it is none, or too large.
            Gone: the other end has closed.
        """
        while True:
            while self._filled < len(self._piece):
                try:
                    count = os.readv(descriptor, [memoryview(self._piece)[self._filled :]])
                except BlockingIOError:
                    return None
                if not count:
                    raise self.gone()
                self._filled += count
                self._begun = True
            try:
                self._piece, self._filled = bytearray(self._reading.send(self._piece)), 0
            except StopIteration as complete:
                answer: Answer = complete.value
                return answer

    def gone(self) -> Gone:
        """Return what to raise when no more will come."""
        return Gone(" in the middle of its answer" if self._begun else "")
