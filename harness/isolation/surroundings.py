"""What an implementation finds around it in its process, and may change for the cases after it: put back each time.

The random state is not put back: an answer that depends on it shall be found to change (see ``harness.purity``).
"""

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

# Those that a program has a use for; asking for all of them would take longer than a small case.
_SIGNALS = (
    signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGALRM, signal.SIGCHLD, signal.SIGPIPE,
    signal.SIGUSR2,
)  # fmt: skip
_TIMERS = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)


@dataclass(frozen=True)
class Surroundings:
    """A moment's state of the process. NumPy's error state and the warnings filters are kept by ``run`` itself."""

    directory: str
    search_path: tuple[str, ...]
    environment: Mapping[str, str]
    handlers: tuple[Any, ...]
    streams: tuple[Any, Any, Any]
    recursion: int
    umask: int

    @classmethod
    def now(cls) -> "Surroundings":
        """Look around."""
        try:
            directory = os.getcwd()
        except OSError:
            directory = ""
        umask = os.umask(0)
        os.umask(umask)
        return cls(
            directory,
            tuple(sys.path),
            dict(os.environ),
            tuple(map(signal.getsignal, _SIGNALS)),
            (sys.stdin, sys.stdout, sys.stderr),
            sys.getrecursionlimit(),
            umask,
        )

    def put_back(self) -> list[str]:
        """Undo what has changed since, and return what that was."""
        # An alarm would ring in the middle of another case.
        timers = [timer for timer in _TIMERS if any(signal.setitimer(timer, 0.0))]
        found = Surroundings.now()
        undo: list[tuple[str, object, object, Callable[[], object]]] = [
            ("the working directory", found.directory, self.directory, lambda: os.chdir(self.directory)),
            ("sys.path", found.search_path, self.search_path, self._put_back_search_path),
            ("environment variables", found.environment, self.environment, self._put_back_environment),
            ("signal handlers", found.handlers, self.handlers, self._put_back_handlers),
            ("the standard streams", found.streams, self.streams, self._put_back_streams),
            ("the recursion limit", found.recursion, self.recursion, lambda: sys.setrecursionlimit(self.recursion)),
            ("the umask", found.umask, self.umask, lambda: os.umask(self.umask)),
        ]
        changed = ["a timer"] if timers else []
        for what, now, before, put_back in undo:
            if now != before:
                changed.append(what)
                # A directory that is gone cannot be gone back to; the next case finds what it finds.
                with contextlib.suppress(OSError):
                    put_back()
        return changed

    def _put_back_search_path(self) -> None:
        sys.path[:] = self.search_path

    def _put_back_environment(self) -> None:
        os.environ.clear()
        os.environ.update(self.environment)

    def _put_back_handlers(self) -> None:
        for number, handler in zip(_SIGNALS, self.handlers, strict=True):
            if handler is not None and signal.getsignal(number) != handler:
                signal.signal(number, handler)

    def _put_back_streams(self) -> None:
        sys.stdin, sys.stdout, sys.stderr = self.streams
