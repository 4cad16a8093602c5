"""Purity: an answer that depends on the problem alone, and inputs that stay as they were.

Inputs and surroundings are looked at in every run. What needs runs of its own is looked at in some cases: four more
runs, and a verdict on what changes. They are one in sixteen of those in which everything is right, chosen by the case's
key, and of each implementation the first by its key of every set of kinds of layers, activations, loss and optimizer:
every process and every repetition chooses alike, and a report says so where an implementation went without. What was
looked at is a row of its own, beside those of the case's observables; a finding is one wherever it is made.

Every answer is judged by the rule for all: one that changes within rounding passes, with a reason; one that changes
from right to wrong fails.
"""

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from harness.cases.case import Case
from harness.cases.observables import Observable
from harness.cases.problem import Array, Batch, Problem, Weights, jittered
from harness.implementation.contract import Implementation, run
from harness.implementation.trace import Trace
from harness.judging.judge import Judged
from harness.judging.row import PURITY, Row

Judge = Callable[[Problem, Trace], Judged]

# One in so many cases is audited.
AUDITED = 16

# Which of the jittered problems comes between two runs of the same one.
ANOTHER = 97

INPUTS = "inputs-unchanged"
TWICE = "same-twice"
AFTER_ANOTHER = "after-another-problem"
ORDER = "order-of-samples"
LEFT_OVER = "no-state-left"
SURROUNDINGS = "surroundings"

CHANGES: Mapping[str, str] = MappingProxyType(
    {
        TWICE: "answers change when the same problem is run twice",
        AFTER_ANOTHER: "answers change after another problem was run",
        ORDER: "answers depend on the order of the samples in the batch",
    }
)


def run_watched(implementation: Implementation, problem: Problem) -> Trace:
    """Run, and turn the Trace into an error if the inputs were written into."""
    before = _fingerprint(problem)
    trace = run(implementation, problem)
    if _fingerprint(problem) != before:
        return Trace("error", {}, trace.seconds, _wrote(implementation.name), written=True)
    if "read-only" in trace.reason and trace.status == "error":
        return replace(trace, reason=f"{trace.reason}\ninputs are read-only: copy what you change")
    return trace


def always_audited(planned: Iterable[tuple[Case, str]]) -> frozenset[tuple[str, str]]:
    """Return which of the planned are audited whatever their keys are.

    Args:
        planned: every case of a run, with the name of who runs it.

    Returns:
        Keys of cases, each with a name: of each implementation, and of each set of kinds that its layers, activations,
        loss and optimizer are of, for one step and for several, because who declines one kind may compute another.
    """
    first: dict[tuple[str, frozenset[str], bool], str] = {}
    for case, name in planned:
        kinds = {kind for node in case.network.nodes for kind in (node.layer.kind, node.layer.fused_activation.kind)}
        group = name, frozenset(kinds | {case.the_loss.kind, case.the_optimizer.kind}), case.steps > 1
        first[group] = min(case.key, first.get(group, case.key))
    return frozenset((key, name) for (name, *_), key in first.items())


def is_audited(case: Case, rows: Sequence[Row], always: bool = False) -> bool:
    """Tell whether a case is among those that are run again; the same ones in every process.

    Args:
        case: the case.
        rows: the verdict on it.
        always: whether it is one of those that are audited whatever their keys are, and even if a row failed.
    """
    chosen = int(case.key[:8], 16) % AUDITED == 0 and not any(row.failed for row in rows)
    return (always or chosen) and any(row.passed for row in rows)


def findings(judged: Judged, implementation: Implementation, judge: Judge) -> Judged:
    """Add a row for each finding of a run that is not run again, or that failed.

    Args:
        judged: the verdict on the run.
        implementation: whose answers they are.
        judge: gives the verdict on another run of the same implementation.
    """
    trace, like = judged.trace, judged.rows[0]
    found = [_inputs(like, [trace])] if trace.written else []
    found += _left_over(judged, implementation, judge)
    found += _surroundings(like, [trace])
    return judged.with_rows((*judged.rows, *found))


def audit(judged: Judged, implementation: Implementation, judge: Judge) -> Judged:
    """Run the same problem again at once and after another one, and with its batches in reverse order.

    Args:
        judged: the verdict on the first run; at least one row passed.
        implementation: whose answers they are.
        judge: gives the verdict on another run of the same implementation.

    Returns:
        The verdict with a row more for everything that was looked at.
    """

    def once_more(given: Problem) -> Trace:
        # A copy, because whoever writes into inputs now shall write into no one else's.
        return run_watched(implementation, given.astype(given.dtype.name))

    problem, trace, like = judged.problem, judged.trace, judged.rows[0]
    at_once, other, after = once_more(problem), once_more(jittered(problem, ANOTHER)), once_more(problem)
    traces = [trace, at_once, other, after]
    found = [_compared(TWICE, trace, at_once, judged, judge)]
    if found[0].passed:
        # What changes by itself is not changed by another problem.
        found.append(_compared(AFTER_ANOTHER, at_once, after, judged, judge))
    right = not judged.failed
    # What changes anyhow is not changed by the order, and which rows a mistake shows in may depend on the samples.
    if right and all(row.passed for row in found) and problem.case.batch_size > 1:
        turned = reordered(problem)
        traces.append(once_more(turned))
        wrong = _no_longer_right(judged, judge(turned, traces[-1]))
        found.append(_row(like, ORDER, _then_wrong(ORDER, wrong), wrong) if wrong else _row(like, ORDER))
    found += [_row(like, LEFT_OVER)] if right and problem.case.steps > 1 else []
    found += [] if right else _left_over(judged, implementation, judge)
    inputs = _inputs(like, traces)
    looked_at = [inputs, *(found if inputs.passed else []), *_surroundings(like, traces)]
    return judged.with_rows((*judged.rows, *looked_at))


def with_remarks(judged: Judged) -> Judged:
    """Put what an implementation remarks on its run into the reason of the first row."""
    if not judged.trace.findings:
        return judged
    first, *others = judged.rows
    reason = "; ".join(text for text in (first.reason, *judged.trace.findings) if text)
    return judged.with_rows((replace(first, reason=reason), *others))


def reordered(problem: Problem) -> Problem:
    """Return the problem with the samples of each batch in reverse order."""

    def reverse(array: Array) -> Array:
        turned = np.ascontiguousarray(array[::-1])
        turned.flags.writeable = False
        return turned

    return replace(problem, batches=tuple(Batch(reverse(batch.x), reverse(batch.y)) for batch in problem.batches))


def _row(like: Row, name: str, reason: str = "", wrong: Sequence[Row] = (), *, failed: bool = False) -> Row:
    """Return a row about purity of the same run, failed if something is wrong, with the figures of the worst."""
    observable = Observable(f"{PURITY}/{name}", PURITY, (), None, "")
    figures = _worst(wrong).figures if wrong else None
    return Row(like.run, observable, PURITY, "fail" if wrong or failed else "pass", reason, figures=figures)


def _inputs(like: Row, traces: Iterable[Trace]) -> Row:
    written = any(trace.written for trace in traces)
    return _row(like, INPUTS, _wrote(like.run.implementation) if written else "", failed=written)


def _wrote(name: str) -> str:
    return f"{name} wrote into its inputs; expected it to copy what it changes"


def _surroundings(like: Row, traces: Sequence[Trace]) -> list[Row]:
    """Return a row that passes and says what was changed, if anything was; it was put back, so nothing became wrong."""
    changed = dict.fromkeys(what for trace in traces for what in trace.changed or ())
    told = f"{like.run.implementation} changed {' and '.join(changed)}; its surroundings were put back"
    return [_row(like, SURROUNDINGS, told)] if changed else []


def _compared(name: str, before: Trace, after: Trace, judged: Judged, judge: Judge) -> Row:
    """Return the row about two runs of one problem; only what changed is judged."""
    like = judged.rows[0]
    unimportant = {row.observable.name for row in judged.rows if not row.passed}
    changed = _changed(before, after) - unimportant
    if not changed:
        return _row(like, name)
    wrong = _no_longer_right(judged, judge(judged.problem, after))
    if wrong:
        return _row(like, name, _then_wrong(name, wrong), wrong)
    first = next(row.observable.name for row in judged.rows if row.observable.name in changed)
    more = f" and {len(changed) - 1:,} more" if len(changed) > 1 else ""
    return _row(like, name, f"{CHANGES[name]}, within rounding: {first}{more}")


def _no_longer_right(before: Judged, after: Judged) -> list[Row]:
    """Return the rows that do not pass any more, and those of what nobody asked for now."""
    was = {name: row.passed for name, row in before.by_name.items()}
    return [row for row in after.rows if not row.passed and was.get(row.observable.name, True)]


def _then_wrong(name: str, wrong: Sequence[Row]) -> str:
    first, worst = wrong[0].observable.name, _worst(wrong)
    which = f"{len(wrong):,} observables are wrong, from {first} on and most of all " if wrong[1:] else ""
    return f"{CHANGES[name]}, and then {which}{worst.observable.name}{'' if which else ' is wrong'}: {worst.reason}"


def _worst(wrong: Sequence[Row]) -> Row:
    def ratio(row: Row) -> float:
        return row.figures.ratio if row.figures is not None and row.figures.ratio == row.figures.ratio else np.inf

    return max(wrong, key=ratio)


def _left_over(judged: Judged, implementation: Implementation, judge: Judge) -> list[Row]:
    """Look at the first wrong row after a right first step: is it right when begun anew from the same weights?

    Costs one run, and nothing where no such row is. What an optimizer keeps from step to step is no finding.
    """
    problem, rows = judged.problem, judged.rows
    wrong = [row for row in rows if row.verdict in ("fail", "nonfinite") and row.observable.kind != "update"]
    if not wrong or min(row.observable.step or problem.case.steps + 1 for row in wrong) < 2:
        return []
    name, step = wrong[0].observable.name, wrong[0].observable.step
    begun = _begun_anew(problem, judged.trace, step) if step else None
    if begun is None:
        return []
    alone = judge(begun, run_watched(implementation, begun)).by_name.get(f"1/{name.partition('/')[2]}")
    if alone is None or not alone.passed:
        return []
    begins = f"a run that begins with the weights before step {step}"
    reason = f"state is left from the step before: {begins} gets {name} right"
    return [_row(rows[0], LEFT_OVER, reason, wrong[:1])]


def _changed(before: Trace, after: Trace) -> set[str]:
    """Return the observables that do not have the same bits in two runs; all of them where one has none."""
    names = before.observables.keys() | after.observables.keys()
    if before.status != after.status:
        return set(names)
    return {name for name in names if not _same(before.observables.get(name), after.observables.get(name))}


def _same(one: Array | None, other: Array | None) -> bool:
    if one is None or other is None:
        return one is other
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    # Python objects have no bytes of their own, and are judged by their format alone.
    return one.dtype.hasobject or one.tobytes() == other.tobytes()


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
