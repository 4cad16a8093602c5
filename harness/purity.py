"""Purity: an answer that depends on the problem alone, and inputs that stay as they were.

Inputs are looked at in every run. What needs runs of its own is looked at in one case of sixteen, chosen by the case's
key, so that every process and every repetition chooses alike, and only where everything is right so far: three more
runs, and one more verdict. Every answer is judged by the rule for all: one that changes within rounding is a remark on
its row, one that changes from right to wrong fails its row.
"""

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from harness.comparison import Comparison
from harness.implementation import Implementation, run
from harness.problem import Array, Batch, Problem, Weights, jittered
from harness.trace import Trace

Judge = Callable[[Problem, Trace], Sequence[Comparison]]

# One in so many cases is audited.
AUDITED = 16

# Which of the jittered problems comes between two runs of the same one.
ANOTHER = 97

TWICE = "answers change when the same problem is run twice"
AFTER_ANOTHER = "answers change after another problem was run"
ORDER = "answers depend on the order of the samples in the batch"
LEFT_OVER = "state is left from the step before"
SURROUNDINGS = "changes its surroundings"


@dataclass(frozen=True)
class Finding:
    """Something that an implementation should not do.

    Attributes:
        name: which.
        observable: where it shows.
        text: a sentence.
        row: what this observable's row is to be replaced by, because it is wrong then; None for a remark.
    """

    name: str
    observable: str
    text: str
    row: Comparison | None = None


def run_watched(implementation: Implementation, problem: Problem) -> Trace:
    """Run, and turn the Trace into an error if the inputs were written into."""
    before = _fingerprint(problem)
    trace = run(implementation, problem)
    if _fingerprint(problem) != before:
        reason = f"{implementation.name} wrote into its inputs; expected it to copy what it changes"
        return Trace("error", {}, trace.seconds, reason, findings=(reason,))
    if "read-only" in trace.reason and trace.status == "error":
        return replace(trace, reason=f"{trace.reason}\ninputs are read-only: copy what you change")
    return trace


def is_audited(problem: Problem, rows: Iterable[Comparison]) -> bool:
    """Tell whether a problem is among those that are run again; the same ones in every process."""
    return int(problem.case.key[:8], 16) % AUDITED == 0 and not any(row.failed for row in rows)


def audit(
    implementation: Implementation, problem: Problem, trace: Trace, rows: Sequence[Comparison], judge: Judge
) -> list[Finding]:
    """Run the same problem again after another one, and with its batches in reverse order.

    Args:
        implementation: whose answers they are.
        problem: what was run.
        trace: what came of it, with observables.
        rows: the verdict on that.
        judge: gives the verdict on another run of the same implementation.
    """
    # Whoever writes into inputs in these runs shall write into no one else's.
    problem = problem.astype(problem.dtype.name)
    return [
        *_again(implementation, problem, trace, rows, judge),
        *_reordered(implementation, problem, rows, judge),
    ]


def left_over(
    implementation: Implementation, problem: Problem, trace: Trace, rows: Sequence[Comparison], judge: Judge
) -> list[Finding]:
    """Look at the first wrong row after a right first step: is it right when begun anew from the same weights?

    Costs one run, and nothing where no such row is. What an optimizer keeps from step to step is no finding.
    """
    wrong = [row for row in rows if row.verdict in ("fail", "nonfinite") and row.kind != "update"]
    if not wrong or min(row.step or problem.case.steps + 1 for row in wrong) < 2:
        return []
    first = wrong[0]
    begun = _begun_anew(problem, trace, first.step) if first.step else None
    if begun is None:
        return []
    found = {row.observable: row for row in judge(begun, run_watched(implementation, begun))}
    alone = found.get(f"1/{first.observable.partition('/')[2]}")
    if alone is None or not alone.passed:
        return []
    text = f"{LEFT_OVER}: a run that begins with the weights before step {first.step} gets this right"
    return [Finding(LEFT_OVER, first.observable, text)]


def surroundings(rows: Sequence[Comparison], trace: Trace) -> list[Finding]:
    """Return what a run was found to do beside answering, as remarks on the first row."""
    return [Finding(SURROUNDINGS, rows[0].observable, finding) for finding in trace.findings]


def with_findings(rows: Iterable[Comparison], findings: Iterable[Finding]) -> list[Comparison]:
    """Return the rows with each finding's text in the row of its observable, and failed where it is wrong."""
    by_observable: dict[str, list[Finding]] = {}
    for finding in findings:
        by_observable.setdefault(finding.observable, []).append(finding)
    told = []
    for row in rows:
        for finding in by_observable.get(row.observable, []):
            if finding.row is not None and row.passed:
                row = replace(finding.row, reason=f"{finding.text}: {finding.row.reason}", seconds=row.seconds)
            else:
                row = replace(row, reason=f"{row.reason}; {finding.text}" if row.reason else finding.text)
        told.append(row)
    return told


def reordered(problem: Problem) -> Problem:
    """Return the problem with the samples of each batch in reverse order."""

    def reverse(array: Array) -> Array:
        turned = np.ascontiguousarray(array[::-1])
        turned.flags.writeable = False
        return turned

    return replace(problem, batches=tuple(Batch(reverse(batch.x), reverse(batch.y)) for batch in problem.batches))


def _again(
    implementation: Implementation, problem: Problem, trace: Trace, rows: Sequence[Comparison], judge: Judge
) -> list[Finding]:
    run_watched(implementation, jittered(problem, ANOTHER))
    again = run_watched(implementation, problem)
    changed = _changed(trace, again)
    if not changed:
        return []
    # Only what changes from one run to the next by itself changes now.
    at_once = run_watched(implementation, problem)
    name = TWICE if _changed(again, at_once) else AFTER_ANOTHER
    return _findings(name, changed, rows, judge(problem, again), f"{name}, within rounding")


def _reordered(
    implementation: Implementation, problem: Problem, rows: Sequence[Comparison], judge: Judge
) -> list[Finding]:
    if problem.case.batch_size == 1:
        return []
    turned = reordered(problem)
    found = judge(turned, run_watched(implementation, turned))
    wrong = {row.observable for row in found if row.failed}
    return _findings(ORDER, wrong, rows, found, "")


def _findings(
    name: str, observables: set[str], before: Sequence[Comparison], after: Sequence[Comparison], remark: str
) -> list[Finding]:
    found = []
    passed = {row.observable for row in before if row.passed}
    for row in after:
        if row.observable in observables and row.observable in passed:
            if row.failed:
                found.append(Finding(name, row.observable, f"{name}, and then this is wrong", row))
            elif remark:
                found.append(Finding(name, row.observable, remark))
    return found


def _changed(before: Trace, after: Trace) -> set[str]:
    """Return the observables that do not have the same bits in two runs; all of them where one has none."""
    names = before.observables.keys() | after.observables.keys()
    if before.status != after.status:
        return set(names)
    return {name for name in names if not _same(before.observables.get(name), after.observables.get(name))}


def _same(one: Array | None, other: Array | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


def _begun_anew(problem: Problem, trace: Trace, step: int) -> Problem | None:
    """Return one step's problem with the weights that the implementation had before it; None if it hides them."""

    def before(initial: Weights) -> Weights:
        return MappingProxyType(
            {
                layer: MappingProxyType(
                    {name: trace.observables[f"{step - 1}/update/{layer}/{name}"] for name in parameters}
                )
                for layer, parameters in initial.items()
            }
        )

    try:
        weights, state = before(problem.weights), before(problem.state)
    except KeyError:
        return None
    case = problem.case.with_(steps=1)
    return Problem(case, (problem.batches[step - 1],), weights, state, problem.dtype)


def _fingerprint(problem: Problem) -> list[tuple[int, tuple[int, ...], np.dtype[Any], bool]]:
    """Return what a write into an input changes: a checksum of the bytes, the shape, the format, the read-only flag."""
    arrays = [array for batch in problem.batches for array in (batch.x, batch.y)]
    arrays += [array for named in _values(problem.weights, problem.state) for array in named.values()]
    return [(zlib.crc32(a.data), a.shape, a.dtype, a.flags.writeable) for a in arrays]


def _values(*named: Weights) -> list[Mapping[str, Array]]:
    return [arrays for each in named for arrays in each.values()]
