"""What an implementation finds around it in its process, and may change for the cases after it: put back each time.

The random state is not put back: an answer that depends on it shall be found to change (``harness.judging.purity``).
"""

import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

# Those that a program has a use for; asking for all of them would take longer than a small case.
_SIGNALS = (
    signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGALRM, signal.SIGCHLD, signal.SIGPIPE,
    signal.SIGUSR2,
)  # fmt: skip
# Those by which a process can be kept from going on.
_LIMITS = (
    resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_DATA, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE,
    resource.RLIMIT_STACK,
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
    limits: tuple[tuple[int, int], ...]
    watchers: tuple[Any, Any, Any, Any]

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
            tuple(map(resource.getrlimit, _LIMITS)),
            (sys.gettrace(), sys.getprofile(), threading.gettrace(), threading.getprofile()),
        )

    def put_back(self) -> tuple[list[str], bool]:
        """Undo what has changed since, and return what that was and whether everything could be undone."""
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
            ("limits of its process", found.limits, self.limits, self._put_back_limits),
            ("functions that trace or profile", found.watchers, self.watchers, self._put_back_watchers),
        ]
        changed, undone = ["a timer"] if timers else [], True
        for what, now, before, put_back in undo:
            if now != before:
                changed.append(what)
                try:
                    put_back()
                except (OSError, ValueError):  # a directory may be gone, and a limit for good
                    undone = False
        return changed, undone

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

    def _put_back_limits(self) -> None:
        for limit, before in zip(_LIMITS, self.limits, strict=True):
            if resource.getrlimit(limit) != before:
                resource.setrlimit(limit, before)

    def _put_back_watchers(self) -> None:
        sys.settrace(self.watchers[0])
        sys.setprofile(self.watchers[1])
        threading.settrace(self.watchers[2])
        threading.setprofile(self.watchers[3])
