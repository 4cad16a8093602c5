"""What a process prints: read while it runs, and the end of it kept."""

import os
import sys
from typing import IO

from harness.workers.limits import KEPT_OUTPUT

PIECE = 2**16


class Output:
    """The last of what a process printed.

    Args:
        stream: the end of a pipe that it prints into; closed when there is no more, or by ``close``.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        os.set_blocking(stream.fileno(), False)
        self._stream = stream
        self._descriptor = stream.fileno()
        self._kept = b""
        self._left_out = 0

    def fileno(self) -> int:
        """Return the descriptor, for ``select``; it stays known once it is closed."""
        return self._descriptor

    @property
    def closed(self) -> bool:
        """Whether nothing is read any more."""
        return self._stream.closed

    @property
    def kept(self) -> str:
        """What is kept, as text."""
        return self._kept.decode("utf-8", errors="replace")

    def drain(self) -> bool:
        """Take what is there, up to 1 MiB at a time, and return whether more may come."""
        for _ in range(2**20 // PIECE):
            if self.closed:
                return False
            try:
                piece = os.read(self._descriptor, PIECE)
            except BlockingIOError:
                return True
            if not piece:
                self.close()
                return False
            joined = self._kept + piece
            self._left_out += max(0, len(joined) - KEPT_OUTPUT)
            self._kept = joined[-KEPT_OUTPUT:]
        return True

    def put(self, text: str) -> None:
        """Keep this."""
        self._kept = text.encode()

    def take(self) -> str:
        """Return what is kept, with a note of what is not, and forget it."""
        note = f"[{self._left_out:,} bytes left out]\n" if self._left_out else ""
        text = note + self.kept
        self._kept, self._left_out = b"", 0
        return text

    def close(self) -> None:
        """Read no more."""
        self._stream.close()


def show(text: str) -> None:
    """Print what an implementation printed, where pytest gathers it with the test."""
    if text:
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        print(text.encode(encoding, "backslashreplace").decode(encoding), end="" if text.endswith("\n") else "\n")
