"""The worker: loads one plugin, and runs what it offers, problem after problem."""

import faulthandler
import os
import signal
import socket
import traceback
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from harness.cases.case import Case
from harness.cases.observables import required
from harness.cases.problem import Array
from harness.implementation.contract import Implementation
from harness.implementation.trace import Trace
from harness.judging.purity import run_watched
from harness.numerics.arithmetic import Arithmetic
from harness.plugins.found import Quarantined
from harness.plugins.loading import attempt_named
from harness.workers.epitaph import CONNECTION_LOST
from harness.workers.frames import PREFIX, Frame, lengths, pack, size, unpack
from harness.workers.limits import MOST_TEXT, Limited, Limits, limit_all
from harness.workers.problems import SHOWN, problem_of
from harness.workers.surroundings import Surroundings

# Questions come from the harness, so that their size is known to be right.
UNLIMITED = 2**62


def serve(descriptor: int) -> None:
    """Answer questions until the connection closes.

    Args:
        descriptor: of the socket.
    """
    # Its own copy, because the implementation may close the usual one.
    errors = os.dup(2)
    faulthandler.enable(errors)
    faulthandler.register(signal.SIGUSR1, errors, all_threads=True)
    connection = socket.socket(fileno=descriptor)
    worker = _Worker()
    own, leave = os.getpid(), os._exit
    while True:
        question = _receive(connection)
        if question is None:
            return
        answer = _answered(worker, question)
        if os.getpid() != own:
            # A child that the implementation started came back from where its parent alone belongs.
            leave(0)
        try:
            connection.sendall(pack(Frame({**answer.head, "number": question.head["number"]}, answer.arrays)))
        except OSError:
            leave(CONNECTION_LOST)


def _answered(worker: "_Worker", question: Frame) -> Frame:
    try:
        return worker.answer(question)
    except BaseException:  # even KeyboardInterrupt is the implementation's doing, and ends as a row
        return _told("error", traceback.format_exc(limit=-3))


class _Worker:
    """What is loaded, and the case at hand."""

    def __init__(self) -> None:
        self._implementations: dict[str, Implementation] = {}
        self._surroundings = Surroundings.now()
        self._case: Case | None = None

    def answer(self, question: Frame) -> Frame:
        """Do what the question asks for."""
        head = question.head
        if "case" in head:
            self._case = Case.from_json(head["case"], head["name"])
        if head["do"] == "load":
            return self._load(head["plugin"], head["origin"], Limits(**head["limits"]))
        implementation = self._implementations[head["implementation"]]
        if self._case is None:
            raise ValueError("the first question about a case has to bring it")
        declared = _declared(implementation, self._case) if head["declare"] else Frame({"status": "ok"}, {})
        if head["do"] == "declare" or declared.head["status"] != "ok":
            return declared
        if head["do"] == "suggest":
            shown = {name.removeprefix(SHOWN): a for name, a in question.arrays.items() if name.startswith(SHOWN)}
            text = implementation.declaration(problem_of(self._case, question), shown, head["observable"])
            return Frame({"status": "ok", "text": text[:MOST_TEXT]}, {})
        try:
            trace = run_watched(implementation, problem_of(self._case, question))
        finally:
            changed, undone = self._surroundings.put_back()
        answer = _as_frame(implementation, replace(trace, changed=tuple(changed)), head["most"])
        return Frame({**declared.head, **answer.head, "leave": not undone}, answer.arrays)

    def _load(self, name: str, origin: str, limits: Limits) -> Frame:
        found = attempt_named(name, origin)
        self._surroundings = Surroundings.now()
        if isinstance(found, Quarantined):
            return Frame({"aside": found.reason[-MOST_TEXT:]}, {})
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
        return Frame(offered, {})


def _declared(implementation: Implementation, case: Case) -> Frame:
    arithmetic = implementation.arithmetic(case)
    if not isinstance(arithmetic, Arithmetic):
        expected = f"{implementation.name}.arithmetic() expected to return an Arithmetic"
        return _told("error", f"{expected}, got {type(arithmetic).__name__}.")
    hidden = [each.name for each in required(case) if not implementation.exposes(case, each)]
    conventions = implementation.declared(case)[:MOST_TEXT]
    return Frame({"status": "ok", "arithmetic": asdict(arithmetic), "hidden": hidden, "conventions": conventions}, {})


def _as_frame(implementation: Implementation, trace: Trace, most: int) -> Frame:
    values = {
        "status": trace.status,
        "seconds": trace.seconds,
        "reason": trace.reason[-MOST_TEXT:],
        "findings": [finding[:MOST_TEXT] for finding in trace.findings],
        "written": trace.written,
        "changed": trace.changed,
    }
    returned = size(trace.observables.values())
    if returned > most:
        largest = _largest(trace.observables)
        return _told(
            "error", f"{implementation.name} returned {returned:,} bytes, expected at most {most:,}: {largest}"
        )
    return Frame(values, trace.observables)


def _largest(observables: Mapping[str, Array]) -> str:
    name, array = max(observables.items(), key=lambda pair: pair[1].nbytes)
    return f"{name[:80]} has the shape {array.shape}"


def _told(status: str, reason: str) -> Frame:
    return Frame(
        {
            "status": status,
            "seconds": 0.0,
            "reason": reason.strip()[-MOST_TEXT:],
            "findings": [],
            "written": False,
            "changed": None,
        },
        {},
    )


def _receive(connection: socket.socket) -> Frame | None:
    """Return the next frame, or None when the connection has been closed."""
    prefix = _exactly(connection, np.empty(PREFIX.size, np.uint8))
    if prefix is None:
        return None
    head_length, body_length = lengths(prefix.tobytes(), UNLIMITED, UNLIMITED)
    head = _exactly(connection, np.empty(head_length, np.uint8))
    body = _exactly(connection, np.empty(body_length, np.uint8))
    # As in the harness's own process, a flag protects the arrays, which can be lifted and is looked at afterwards.
    return None if head is None or body is None else unpack(head.tobytes(), body, writeable=True)


def _exactly(connection: socket.socket, buffer: "np.ndarray[Any, np.dtype[np.uint8]]") -> Array | None:
    view = memoryview(buffer.data)
    while len(view):
        count = connection.recv_into(view)
        if not count:
            return None
        view = view[count:]
    return buffer
