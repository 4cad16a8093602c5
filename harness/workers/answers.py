"""What a worker says, taken for what it is: somebody else's word, in this form or not at all."""

from dataclasses import dataclass

from harness.cases.case import Case
from harness.errors import HarnessError
from harness.implementation.trace import Trace
from harness.numerics.arithmetic import Arithmetic, arithmetic_of
from harness.workers.limits import LONGEST_NAME, MOST_FINDINGS, MOST_TEXT
from harness.workers.messages import Message

IN_PROCESS = "Add --in-process to load it in this process."


@dataclass(frozen=True)
class Declared:
    """What an implementation says of a case, or what became of it when it was asked."""

    arithmetic: Arithmetic
    hidden: frozenset[str]
    failure: Trace | None = None
    conventions: str = ""


def trace_in(answer: Message, seconds: float) -> Trace:
    """Return what became of a run.

    Args:
        answer: to the question to run a problem.
        seconds: wall time, for an answer that is none.
    """
    match answer.head:
        case {
            "status": "ok" | "unsupported" | "error" | "timeout" | "crash" as status,
            "seconds": float(own),
            "reason": str(reason),
            "findings": [*findings],
            "written": bool(written),
            "changed": [*changed] | (None as changed),
        }:
            return Trace(
                status,
                answer.arrays if status == "ok" else {},
                own,
                reason[-MOST_TEXT:],
                _texts(findings),
                written,
                None if changed is None else _texts(changed),
            )
    expected = "expected its answer to have status, seconds, reason, findings, written and changed"
    return Trace("error", {}, seconds, f"{expected}, got {answer.head}"[:500])


def declared_in(answer: Message, name: str, case: Case, seconds: float) -> Declared:
    """Return what an implementation declares.

    Args:
        answer: to a question that asked for it.
        name: of the implementation.
        case: which it was asked about.
        seconds: wall time, for an answer that is none.
    """
    plain = arithmetic_of(case.dtype)
    head = answer.head
    if "arithmetic" not in head and head.get("status") == "error":
        return Declared(plain, frozenset(), Trace("error", {}, seconds, str(head.get("reason"))[-MOST_TEXT:]))
    try:
        arithmetic, conventions = Arithmetic(**head["arithmetic"]), str(head["conventions"])[:MOST_TEXT]
        return Declared(arithmetic, frozenset(head["hidden"]), conventions=conventions)
    except (HarnessError, TypeError, KeyError) as error:
        reason = f"{name} declared nonsense: {type(error).__name__}: {error}"
        return Declared(plain, frozenset(), Trace("error", {}, seconds, reason))


def refusal_in(answer: Message) -> str:
    """Return why a plugin is set aside, by the answer to the question to load it; empty where it is not."""
    head = answer.head
    if "aside" in head:
        return str(head["aside"])
    if head.get("status") == "error":
        return str(head.get("reason"))
    match head:
        case {"implementations": [*offered], "others": [*others], "cases": [*cases]} if all(
            map(_is_described, offered)
        ) and all(isinstance(case, list) and len(case) == 2 for case in cases):
            if others:
                offers = " and ".join(map(str, others))
                return f"it offers {offers}, which cannot work from a process of its own. {IN_PROCESS}"
            return "" if offered else f"it offers no implementation. {IN_PROCESS}"
    # Only who writes answers of its own into the connection answers so.
    return f"loading it was answered with nonsense: expected implementations, cases and others, got {head}"[:500]


def _is_described(offered: object) -> bool:
    match offered:
        case {"name": str(name), "version": str(), "default": bool(), "limited": bool()}:
            return name.isascii() and name.isprintable() and 0 < len(name) <= LONGEST_NAME
    return False


def _texts(values: list[object]) -> tuple[str, ...]:
    return tuple(str(value)[:MOST_TEXT] for value in values[:MOST_FINDINGS])
