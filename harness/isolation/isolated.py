"""Isolated: an implementation that runs in a worker, replaced when it dies."""

import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.case import Case
from harness.errors import HarnessError
from harness.implementation import Elsewhere
from harness.isolation.frames import Frame
from harness.isolation.limits import LOADING_SECONDS, MOST_DEATHS, Limits, most_bytes
from harness.isolation.problems import SHOWN, arrays_of
from harness.isolation.process import Ended, Process
from harness.observables import Observable, required
from harness.plugins.loading import Loaded, Quarantined
from harness.problem import Array, Problem
from harness.trace import Trace
from harness.verdict.arithmetic import Arithmetic, arithmetic_of


@dataclass(frozen=True)
class Source:
    """Where a worker loads its implementations from.

    Attributes:
        plugin: the name in messages.
        origin: a file, a folder or a module, as the user wrote it.
        directory: what paths start from.
        limits: for each case.
    """

    plugin: str
    origin: str
    directory: str
    limits: Limits

    def start(self) -> tuple[Process, Frame]:
        """Start a process and load the plugin in it, and return what it offers or why it does not.

        Raises:
            Ended: it died of it.
        """
        process = Process(self.plugin, self.limits, self.directory)
        question = {"do": "load", "plugin": self.plugin, "origin": self.origin}
        return process, process.ask(question, {}, 0, LOADING_SECONDS)


@dataclass(frozen=True)
class Loader:
    """Loads what the user names in a worker each.

    Attributes:
        limits: for each case.
    """

    limits: Limits

    def __call__(self, name: str, origin: str) -> Loaded | Quarantined:
        """Return what a plugin offers, with stand-ins for its implementations, or why it is set aside."""
        source = Source(name, origin, os.getcwd(), self.limits)
        try:
            process, offered = source.start()
        except Ended as ended:
            return Quarantined(name, origin, f"loading it failed: {ended.reason}")
        refusal = _refusal(offered.head)
        if refusal:
            process.close()
            _show(process.printed())
            return Quarantined(name, origin, refusal)
        _show(process.printed())
        first, *others = (Isolated(source, described) for described in offered.head["implementations"])
        first.take(process)
        try:
            cases = tuple(Case.from_json(*case) for case in offered.head["cases"])
        except HarnessError as error:
            first.close()
            return Quarantined(name, origin, f"its cases could not be taken over ({error}). {_IN_PROCESS}")
        return Loaded(name, origin, (first, *others), cases)


_IN_PROCESS = "Add --in-process to load it in pytest's own process."


def _refusal(offered: Mapping[str, Any]) -> str:
    if "aside" in offered:
        return str(offered["aside"])
    if offered.get("status") == "error":
        return str(offered["reason"])
    if offered["others"]:
        return (
            f"it offers {' and '.join(offered['others'])}, which cannot work from a process of its own. {_IN_PROCESS}"
        )
    if not offered["implementations"]:
        return f"it offers no implementation. {_IN_PROCESS}"
    return ""


@dataclass(frozen=True)
class _Declared:
    """What an implementation says of a case, or what became of it when it was asked."""

    arithmetic: Arithmetic
    hidden: frozenset[str]
    most: int
    failure: Trace | None = None
    conventions: str = ""


class Isolated(Elsewhere):
    """Stands for an implementation that runs in a worker of its own.

    Args:
        source: where it is loaded from.
        described: its name, version and whether it runs by default.
    """

    def __init__(self, source: Source, described: Mapping[str, Any]) -> None:
        self.name = described["name"]
        self.version = described["version"]
        self.default = described["default"]
        self._source = source
        self._process: Process | None = None
        self._brought = ""
        self._latest: tuple[str, _Declared] | None = None
        self._deaths: list[str] = []
        self._given_up = ""

    def take(self, process: Process) -> None:
        """Use a process that has loaded the source already."""
        process.name = self.name
        self._process = process

    def arithmetic(self, case: Case) -> Arithmetic:
        return self._declared(case).arithmetic

    def exposes(self, case: Case, observable: Observable) -> bool:
        return observable.name not in self._declared(case).hidden

    def declared(self, case: Case) -> str:
        return self._declared(case).conventions

    def declaration(self, problem: Problem, shown: Mapping[str, Array], observable: str) -> str:
        question = {"do": "suggest", "dtype": problem.dtype.name, "declare": False, "observable": observable}
        arrays = arrays_of(problem) | {f"{SHOWN}{name}": array for name, array in shown.items()}
        try:
            return str(self._ask(problem.case, question, arrays, 0).head.get("text", ""))
        except Ended:  # noted as a death; a suggestion is no result
            return ""

    def trace(self, problem: Problem) -> Trace:
        case = problem.case
        known = self._latest[1] if self._latest is not None and self._latest[0] == case.key else None
        if known is not None and known.failure is not None:
            return known.failure
        most = most_bytes(required(case)) if known is None else known.most
        question = {"do": "run", "dtype": problem.dtype.name, "declare": known is None}
        start = time.perf_counter()
        try:
            answer = self._ask(case, question, arrays_of(problem), most)
        except Ended as ended:
            trace = Trace(ended.status, {}, time.perf_counter() - start, ended.reason)
            self._latest = case.key, _Declared(arithmetic_of(case.dtype), frozenset(), most, trace)
            return trace
        self._deaths.clear()
        trace = _trace(answer, time.perf_counter() - start)
        if known is None:
            declared = self._declared_in(answer, case, most, time.perf_counter() - start)
            self._latest = case.key, declared
            return declared.failure or trace
        return trace

    def close(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None

    def _declared(self, case: Case) -> _Declared:
        """Ask once for each case, unless its run has told already; what goes wrong becomes the Trace of its run."""
        if self._latest is None or self._latest[0] != case.key:
            most = most_bytes(required(case))
            start = time.perf_counter()
            try:
                answer = self._ask(case, {"do": "declare", "declare": True}, {}, 0)
                declared = self._declared_in(answer, case, most, time.perf_counter() - start)
            except Ended as ended:
                failure = Trace(ended.status, {}, time.perf_counter() - start, ended.reason)
                declared = _Declared(arithmetic_of(case.dtype), frozenset(), most, failure)
            self._latest = case.key, declared
        return self._latest[1]

    def _declared_in(self, answer: Frame, case: Case, most: int, seconds: float) -> _Declared:
        plain = arithmetic_of(case.dtype)
        head = answer.head
        if "arithmetic" not in head and head.get("status") == "error":
            return _Declared(plain, frozenset(), most, Trace("error", {}, seconds, str(head.get("reason"))))
        try:
            arithmetic, conventions = Arithmetic(**head["arithmetic"]), str(head["conventions"])
            return _Declared(arithmetic, frozenset(head["hidden"]), most, conventions=conventions)
        except (HarnessError, TypeError, KeyError) as error:
            reason = f"{self.name} declared nonsense: {type(error).__name__}: {error}"
            return _Declared(plain, frozenset(), most, Trace("error", {}, seconds, reason))

    def _ask(self, case: Case, question: Mapping[str, Any], arrays: Mapping[str, Array], most: int) -> Frame:
        """Ask the process, started anew if it is gone.

        Raises:
            Ended: it died, or has died too often.
        """
        if self._given_up:
            raise Ended("crash", self._given_up)
        try:
            process = self._started()
            bringing = {} if self._brought == case.key else {"case": case.json, "name": case.name}
            answer = process.ask({**question, **bringing, "implementation": self.name}, arrays, most)
            _show(process.printed())
        except Ended as ended:
            self._note_death(case, ended)
            raise
        except BaseException:
            self._process = None
            raise
        self._brought = case.key
        return answer

    def _started(self) -> Process:
        if self._process is None:
            self._brought = ""
            process, offered = self._source.start()
            if self.name not in [each["name"] for each in offered.head.get("implementations", [])]:
                process.close()
                reason = offered.head.get("aside") or f"{self._source.origin} offers {self.name} no more"
                raise Ended("crash", f"{self.name} could not be loaded again: {reason}")
            self.take(process)
            return process
        return self._process

    def _note_death(self, case: Case, ended: Ended) -> None:
        if self._process is not None:
            _show(self._process.printed())
            self._process = None
        if case.key not in self._deaths:
            self._deaths.append(case.key)
        if len(self._deaths) >= MOST_DEATHS:
            self._given_up = (
                f"{self.name} was given up: its process ended on {MOST_DEATHS} cases in a row. "
                f"The last time: {ended.reason.partition(chr(10))[0]}"
            )


def _trace(answer: Frame, seconds: float) -> Trace:
    match answer.head:
        case {
            "status": "ok" | "unsupported" | "error" | "timeout" | "crash" as status,
            "seconds": float(own),
            "reason": str(reason),
            "findings": [*findings],
        }:
            return Trace(status, answer.arrays if status == "ok" else {}, own, reason, tuple(map(str, findings)))
    return Trace(
        "error", {}, seconds, f"its answer expected status, seconds, reason and findings, got {answer.head}"[:500]
    )


def _show(text: str) -> None:
    """Print what an implementation printed, where pytest gathers it with the test."""
    if text:
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        print(text.encode(encoding, "backslashreplace").decode(encoding), end="" if text.endswith("\n") else "\n")
