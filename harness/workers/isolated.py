"""Isolated: an implementation that runs in a worker, replaced when it dies."""

import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from harness.cases.case import Case
from harness.cases.observables import Observable, required
from harness.cases.problem import Array, Problem
from harness.implementation.contract import RemoteImplementation
from harness.implementation.trace import Trace
from harness.numerics.arithmetic import Arithmetic, arithmetic_of
from harness.plugins.found import Loaded, Quarantined
from harness.workers.answers import IN_PROCESS, Declared, declared_in, refusal_in, trace_in
from harness.workers.command import Ended
from harness.workers.guarded import Guarded, Stale
from harness.workers.limits import (
    LOADING_SECONDS,
    MOST_DEATHS,
    OWN_MEBIBYTES,
    OWN_SECONDS,
    Limits,
    most_arrays,
    most_bytes,
)
from harness.workers.messages import Message
from harness.workers.output import show
from harness.workers.problems import SHOWN, arrays_of
from harness.workers.usage import unwatched


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

    def start(self) -> tuple[Guarded, Message]:
        """Start a process and load the plugin in it, and return what it offers or why it does not.

        Raises:
            Ended: it died of it.
        """
        process = Guarded(self.plugin, self.limits, self.directory)
        question = {"do": "load", "plugin": self.plugin, "origin": self.origin, "limits": asdict(self.limits)}
        return process, process.ask(question, {}, 0, replace(self.limits, seconds=LOADING_SECONDS))


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
        unlimited = unwatched()
        if unlimited:
            show(f"harness: {name}: {unlimited}")
        try:
            process, offered = source.start()
        except Ended as ended:
            return Quarantined(name, origin, f"loading it failed: {ended.reason}")
        refusal = refusal_in(offered)
        if refusal:
            process.leave()
            return Quarantined(name, origin, refusal)
        first, *others = (Isolated(source, described) for described in offered.head["implementations"])
        first.take(process)
        try:
            cases = tuple(Case.from_json(*case) for case in offered.head["cases"])
        except Exception as error:  # whatever comes of somebody else's word is a reason to set the plugin aside
            first.close()
            return Quarantined(name, origin, f"its cases could not be taken over ({error}). {IN_PROCESS}")
        return Loaded(name, origin, (first, *others), cases)


class Isolated(RemoteImplementation):
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
        self._limits = _beside_its_own(source.limits) if described.get("limited") else source.limits
        self._process: Guarded | None = None
        self._brought = ""
        self._latest: tuple[str, Declared] | None = None
        self._deaths: list[str] = []
        self._given_up = ""

    def take(self, process: Guarded) -> None:
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
        wanted = required(case)
        most = most_bytes(wanted)
        question = {"do": "run", "dtype": problem.dtype.name, "declare": known is None}
        start = time.perf_counter()
        try:
            answer = self._ask(case, question, arrays_of(problem), most)
        except Ended as ended:
            trace = Trace(ended.status, {}, time.perf_counter() - start, ended.reason)
            self._latest = case.key, Declared(arithmetic_of(case.dtype), frozenset(), trace)
            return trace
        self._deaths.clear()
        trace = trace_in(answer, time.perf_counter() - start)
        if len(answer.arrays) > most_arrays(wanted):
            reason = f"{self.name} returned {len(answer.arrays):,} arrays, expected at most {most_arrays(wanted):,}"
            trace = Trace("error", {}, trace.seconds, reason)
        if known is None:
            declared = declared_in(answer, self.name, case, time.perf_counter() - start)
            self._latest = case.key, declared
            return declared.failure or trace
        return trace

    def close(self) -> None:
        if self._process is not None:
            self._process.leave()
            self._process = None

    def _declared(self, case: Case) -> Declared:
        """Ask once for each case, unless its run has told already; what goes wrong becomes the Trace of its run."""
        if self._latest is None or self._latest[0] != case.key:
            start = time.perf_counter()
            try:
                answer = self._ask(case, {"do": "declare", "declare": True}, {}, 0)
                declared = declared_in(answer, self.name, case, time.perf_counter() - start)
            except Ended as ended:
                failure = Trace(ended.status, {}, time.perf_counter() - start, ended.reason)
                declared = Declared(arithmetic_of(case.dtype), frozenset(), failure)
            self._latest = case.key, declared
        return self._latest[1]

    def _ask(self, case: Case, question: Mapping[str, Any], arrays: Mapping[str, Array], most: int) -> Message:
        """Ask the process, started anew if it is gone.

        Raises:
            Ended: it died, or has died too often.
        """
        if self._given_up:
            raise Ended("crash", self._given_up)
        try:
            try:
                answer = self._asked(case, question, arrays, most)
            except Stale:
                # Of the case before, whose answer it has been: this one begins anew.
                answer = self._asked(case, question, arrays, most)
        except Ended as ended:
            self._note_death(case, ended)
            raise
        self._brought = case.key
        if answer.head.get("leave"):
            self.close()
        return answer

    def _asked(self, case: Case, question: Mapping[str, Any], arrays: Mapping[str, Array], most: int) -> Message:
        process = self._started()
        # A question that fails leaves no process behind.
        self._process = None
        bringing = {} if self._brought == case.key else {"case": case.json, "name": case.name}
        asked = {**question, **bringing, "implementation": self.name}
        answer = process.ask(asked, arrays, most, self._limits)
        self._process = process
        return answer

    def _started(self) -> Guarded:
        if self._process is not None and self._process.unasked:
            # What it says unasked, or that it died, is a matter of the case before.
            self._process.end()
            self._process.show()
            self._process = None
        if self._process is None:
            self._brought = ""
            process, offered = self._source.start()
            if self.name not in [each["name"] for each in offered.head.get("implementations", [])]:
                process.leave()
                reason = offered.head.get("aside") or f"{self._source.origin} offers {self.name} no more"
                raise Ended("crash", f"{self.name} could not be loaded again: {reason}")
            self.take(process)
            return process
        return self._process

    def _note_death(self, case: Case, ended: Ended) -> None:
        if case.key not in self._deaths:
            self._deaths.append(case.key)
        if len(self._deaths) >= MOST_DEATHS:
            self._given_up = (
                f"{self.name} was given up: its process ended on {MOST_DEATHS} cases in a row. "
                f"The last time: {ended.reason.partition(chr(10))[0]}"
            )


def _beside_its_own(limits: Limits) -> Limits:
    return Limits(limits.seconds + OWN_SECONDS, limits.mebibytes + OWN_MEBIBYTES)
