"""Process: a program in any language as an Implementation."""

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from os import PathLike
from typing import Literal

from harness.cases.case import Case
from harness.cases.observables import Observable
from harness.cases.problem import Problem
from harness.errors import HarnessError, nearest
from harness.implementation.contract import RemoteImplementation
from harness.implementation.trace import Trace
from harness.workers.command import Command, Ended
from harness.workers.incoming import BrokenAnswer
from harness.workers.limits import MOST_DEATHS, Limits
from harness.workers.programs.answer import trace_of
from harness.workers.programs.description import files_of
from harness.workers.programs.folders import Folders
from harness.workers.programs.staying import Staying

Way = Literal["folders", "worker"]
WAYS = ("folders", "worker")


class Process(RemoteImplementation):
    """A program that reads a problem and writes tensors, as ``docs/process-protocol.md`` tells.

    Args:
        name: in reports.
        command: the program and its arguments, as for ``subprocess``; no shell takes part. A program with a slash in
            it is looked for from ``directory``, another one in PATH.
        way: ``folders`` to start the command for each case with two more arguments, the folder it reads and the folder
            it writes; ``worker`` to start it once, and send frames to its standard input.
        directory: where it starts; the current directory if None.
        seconds: time limit for each case, where it is lower than that of the run (``--time-limit``).
        version: of the program, shown in reports.
        hides: patterns of observables that it does not show, such as ``*/backward/*``; they are counted as unobserved.
        default: False to be left out of runs that do not name it.

    Example:
        >>> from harness import Process
        >>> mine = Process("mine", ["./my_network"], hides=["*/backward/*"])
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | PathLike[str]],
        *,
        way: Way = "folders",
        directory: str | PathLike[str] | None = None,
        seconds: float | None = None,
        version: str = "0",
        hides: Sequence[str] = (),
        default: bool = True,
    ) -> None:
        _expect(
            isinstance(command, (list, tuple)) and len(command) > 0, "command", f"a list such as {_AS_LIST}", command
        )
        _expect(all(isinstance(word, (str, PathLike)) for word in command), "command", "a list of words", command)
        if way not in WAYS:
            raise HarnessError(f"Process got way={way!r}.{nearest(str(way), WAYS)}")
        _expect(seconds is None or seconds > 0, "seconds", "a number above 0", seconds)
        _expect(not isinstance(hides, str), "hides", "a list of patterns", hides)
        self.name = name
        self.version = version
        self.default = default
        self._hides = tuple(hides)
        self._carry = Folders if way == "folders" else Staying
        self._seconds = seconds
        words = tuple(os.fspath(word) for word in command)
        own = Limits() if seconds is None else Limits(seconds=seconds)
        self._command = Command(name, words, os.path.abspath(directory or os.curdir), own)
        self._carrier: Folders | Staying = self._carry(self._command)
        self._slow: list[str] = []
        self._given_up = ""

    def limit(self, limits: Limits) -> None:
        """Keep the limits of a run; an own limit of time that is lower stays."""
        if self._seconds is not None and self._seconds < limits.seconds:
            self._command = replace(self._command, limits=replace(limits, seconds=self._seconds))
        else:
            self._command = replace(self._command, limits=limits, option="--time-limit")
        self.close()
        self._carrier = self._carry(self._command)

    def exposes(self, case: Case, observable: Observable) -> bool:
        return not any(fnmatchcase(observable.name, pattern) for pattern in self._hides)

    def trace(self, problem: Problem) -> Trace:
        if self._given_up:
            return Trace("timeout", {}, 0.0, self._given_up)
        start = time.perf_counter()
        try:
            files = self._carrier.ask(files_of(problem), problem.case)
            trace = trace_of(files, problem.case, time.perf_counter() - start)
        except Ended as ended:
            trace = Trace(ended.status, {}, time.perf_counter() - start, ended.reason)
        except BrokenAnswer as broken:
            reason = f"{self.name} answered something that is no answer: {broken}"
            trace = Trace("error", {}, time.perf_counter() - start, reason)
        self._note(problem.case, trace)
        return trace

    def close(self) -> None:
        self._carrier.close()

    def _note(self, case: Case, trace: Trace) -> None:
        """Give up what takes too long case after case, which would take hours."""
        if trace.status != "timeout":
            self._slow.clear()
        elif case.key not in self._slow:
            self._slow.append(case.key)
        if len(self._slow) >= MOST_DEATHS:
            first = trace.reason.partition("\n")[0]
            self._given_up = f"{self.name} was given up after {MOST_DEATHS} cases in a row. The last time: {first}"


_AS_LIST = '["./my_network"]'


def _expect(condition: bool, argument: str, expected: str, got: object) -> None:
    if not condition:
        raise HarnessError(f"Process expected {argument} to be {expected}, got {argument}={got!r}.")
