"""What comes from a worker: its answer, piece by piece, and what it prints, of which the end is kept."""

import os
import socket

import numpy as np

from harness.isolation.frames import PREFIX, Frame, lengths, unpack
from harness.isolation.limits import KEPT_OUTPUT, MOST_HEAD


class Gone(Exception):
    """Nobody is there to answer; the message says whether an answer had begun."""


class Incoming:
    """A frame that comes piece by piece into memory of the size that it promised."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._parts: list[memoryview] = [memoryview(bytearray(PREFIX.size))]
        self._filled = 0

    def read(self, connection: socket.socket) -> Frame | None:
        """Read what is there, and return the frame once it is complete.

        Raises:
            BrokenFrame: it is none, or too large.
            Gone: the other end has closed.
        """
        while True:
            part = self._parts[-1]
            while self._filled < len(part):
                try:
                    count = connection.recv_into(part[self._filled :])
                except BlockingIOError:
                    return None
                except OSError:
                    raise Gone from None
                if not count:
                    raise Gone(" in the middle of its answer" if self._filled or len(self._parts) > 1 else "")
                self._filled += count
            self._filled = 0
            if len(self._parts) == 1:
                head, body = lengths(bytes(part), MOST_HEAD, self._most)
                self._body = np.empty(body, np.uint8)
                self._parts += [memoryview(bytearray(head))]
            elif len(self._parts) == 2:
                self._parts += [memoryview(self._body.data)]
            else:
                return unpack(bytes(self._parts[1]), self._body)


class Output:
    """The last of what the worker printed."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._kept = b""
        self._left_out = 0
        self.closed = False

    def fileno(self) -> int:
        """Return the descriptor, for ``select``."""
        return self._descriptor

    @property
    def kept(self) -> str:
        """What is kept, as text."""
        return self._kept.decode("utf-8", errors="replace")

    def drain(self) -> bool:
        """Take what is there, up to 1 MiB at a time, and return whether more may come."""
        for _ in range(16):
            if self.closed:
                return False
            try:
                piece = os.read(self._descriptor, 2**16)
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
        if not self.closed:
            self.closed = True
            os.close(self._descriptor)
