"""The worker: loads one plugin, and runs what it offers, problem after problem."""

import faulthandler
import os
import signal
import traceback
from collections.abc import Mapping
from dataclasses import asdict, replace

from harness.cases.case import Case
from harness.cases.observables import required
from harness.cases.problem import Array
from harness.implementation.contract import Implementation
from harness.implementation.trace import Trace
from harness.judging.purity import run_watched
from harness.numerics.arithmetic import Arithmetic
from harness.plugins.found import Quarantined
from harness.plugins.loading import attempt_named
from harness.workers.exit_status import CONNECTION_LOST
from harness.workers.incoming import Gone, Incoming
from harness.workers.limits import MOST_TEXT, Limited, Limits, limit_all
from harness.workers.messages import Message, pack, reading, size
from harness.workers.problems import SHOWN, problem_of
from harness.workers.surroundings import Surroundings

# Questions come from the harness, so that their size is known to be right.
UNLIMITED = 2**62


def serve(questions: int, answers: int) -> None:
    """Answer questions until there are no more.

    Args:
        questions: descriptor to read from.
        answers: descriptor to write to.
    """
    # Its own copy, because the implementation may close the usual one.
    errors = os.dup(2)
    faulthandler.enable(errors)
    faulthandler.register(signal.SIGUSR1, errors, all_threads=True)
    worker = _Worker()
    own, leave = os.getpid(), os._exit
    while True:
        try:
            question = Incoming(reading(UNLIMITED, UNLIMITED)).read(questions)
        except Gone:
            return
        assert question is not None, "for type checkers: the descriptor blocks"
        answer = _answered(worker, question)
        if os.getpid() != own:
            # A child that the implementation started came back from where its parent alone belongs.
            leave(0)
        outgoing = memoryview(pack(Message({**answer.head, "number": question.head["number"]}, answer.arrays)))
        try:
            while outgoing:
                outgoing = outgoing[os.write(answers, outgoing) :]
        except OSError:
            leave(CONNECTION_LOST)


def _answered(worker: "_Worker", question: Message) -> Message:
    try:
        return worker.answer(question)
    except BaseException:  # even KeyboardInterrupt is the implementation's doing, and ends as a row
        return _error(traceback.format_exc(limit=-3))


class _Worker:
    """What is loaded, and the case at hand."""

    def __init__(self) -> None:
        self._implementations: dict[str, Implementation] = {}
        self._surroundings = Surroundings.now()
        self._case: Case | None = None

    def answer(self, question: Message) -> Message:
        """Do what the question asks for."""
        head = question.head
        if "case" in head:
            self._case = Case.from_json(head["case"], head["name"])
        if head["do"] == "load":
            return self._load(head["plugin"], head["origin"], Limits(**head["limits"]))
        implementation = self._implementations[head["implementation"]]
        if self._case is None:
            raise ValueError("the first question about a case has to bring it")
        declared = _declared(implementation, self._case) if head["declare"] else Message({"status": "ok"}, {})
        if head["do"] == "declare" or declared.head["status"] != "ok":
            return declared
        if head["do"] == "suggest":
            shown = {name.removeprefix(SHOWN): a for name, a in question.arrays.items() if name.startswith(SHOWN)}
            text = implementation.declaration(problem_of(self._case, question), shown, head["observable"])
            return Message({"status": "ok", "text": text[:MOST_TEXT]}, {})
        try:
            trace = run_watched(implementation, problem_of(self._case, question))
        finally:
            changed, undone = self._surroundings.put_back()
        returned = size(trace.observables.values())
        if returned > head["most"]:
            told = f"{implementation.name} returned {returned:,} bytes, expected at most {head['most']:,}"
            answer = _error(f"{told}: {_largest(trace.observables)}")
        else:
            answer = _as_message(replace(trace, changed=tuple(changed)))
        return Message({**declared.head, **answer.head, "leave": not undone}, answer.arrays)

    def _load(self, name: str, origin: str, limits: Limits) -> Message:
        found = attempt_named(name, origin)
        self._surroundings = Surroundings.now()
        if isinstance(found, Quarantined):
            return Message({"aside": found.reason[-MOST_TEXT:]}, {})
        self._implementations = {each.name: each for each in found.implementations}
        limit_all(found.implementations, limits)
        offered = {
            "implementations": [
                {
                    "name": each.name,
                    "version": str(each.version),
                    "default": bool(each.default),
                    "limited": isinstance(each, Limited),
                }
                for each in found.implementations
            ],
            "cases": [[case.json, case.name] for case in found.cases],
            "others": [what for what in ("writers", "faults") if getattr(found, what)],
        }
        return Message(offered, {})


def _declared(implementation: Implementation, case: Case) -> Message:
    arithmetic = implementation.arithmetic(case)
    if not isinstance(arithmetic, Arithmetic):
        expected = f"{implementation.name}.arithmetic() expected to return an Arithmetic"
        return _error(f"{expected}, got {type(arithmetic).__name__}.")
    hidden = [each.name for each in required(case) if not implementation.exposes(case, each)]
    conventions = implementation.declared(case)[:MOST_TEXT]
    return Message({"status": "ok", "arithmetic": asdict(arithmetic), "hidden": hidden, "conventions": conventions}, {})


def _as_message(trace: Trace) -> Message:
    values = {
        "status": trace.status,
        "seconds": trace.seconds,
        "reason": trace.reason[-MOST_TEXT:],
        "findings": [finding[:MOST_TEXT] for finding in trace.findings],
        "written": trace.written,
        "changed": trace.changed,
    }
    return Message(values, trace.observables)


def _error(reason: str) -> Message:
    return _as_message(Trace("error", {}, 0.0, reason.strip()))


def _largest(observables: Mapping[str, Array]) -> str:
    name, array = max(observables.items(), key=lambda pair: pair[1].nbytes)
    return f"{name[:80]} has the shape {array.shape}"
