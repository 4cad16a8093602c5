"""An answer that comes from a worker piece by piece."""

import socket

import numpy as np

from harness.workers.frames import PREFIX, Frame, lengths, unpack
from harness.workers.limits import MOST_HEAD


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
