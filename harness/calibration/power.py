"""Power: every fault, planted in a right implementation, on every case whose operators include its own.

A fault is *killed* by a case where an observable that the fault declares to move fails. Otherwise it

- leaves every number as it was (``unchanged``: the case does not wake it),
- ``survived``: it changes numbers, by less than the verdict can see or unseen,
- or was ``declined``: it is not defined for such a case.

How much a change should be seen is its size in units of the smallest relative error that a row would show:
``seen`` is the root mean square of the change of the first observable that the fault moves, relative to that of its
values, over that row's ``smallest_detectable`` in the right run. Below 1 nothing is promised; from 10 on everything is.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Literal

import numpy as np

from harness.calibration.processes import spread
from harness.cases.case import Case
from harness.cases.observables import required
from harness.cases.problem import Array, make_problem
from harness.errors import HarnessError, nearest
from harness.faults import Fault, faulty
from harness.implementation.contract import run
from harness.implementation.trace import Trace
from harness.judging.judge import Subject, judge
from harness.judging.row import Row
from harness.layerwise import Layerwise
from harness.operators.specification import Specification
from harness.plugins.found import Plugins
from harness.plugins.loading import load_and_choose
from harness.verification import with_operators_of_plugins

Outcome = Literal["killed", "survived", "unchanged", "declined"]
OUTCOMES: tuple[Outcome, ...] = ("killed", "survived", "unchanged", "declined")
# From here on every change has to be seen.
CERTAIN = 10.0


@dataclass(frozen=True)
class Trial:
    """One fault on one case.

    Attributes:
        fault: its name.
        case, dtype: the case's id and number format.
        outcome: see above.
        seen: how large the change is in units of what would be seen; infinite where it is no number, None where
            nothing that the fault declares changed.
    """

    fault: str
    case: str
    dtype: str
    outcome: Outcome
    seen: float | None = None


@dataclass(frozen=True)
class Task:
    """A case, and the names of the faults to try on it where they apply."""

    case: Case
    faults: tuple[str, ...]


def chosen_faults(plugins: Plugins, names: Sequence[str]) -> tuple[Fault, ...]:
    """Return the named faults, or all that plugins bring.

    Raises:
        HarnessError: a name that nobody offers, or no fault at all.
    """
    known = plugins.faults
    for name in names:
        if name not in known:
            raise HarnessError(f"--fault {name} names no fault.{nearest(name, known)}")
    if not known:
        raise HarnessError("there is no fault to plant. 'harness plugins' shows what was loaded.")
    return tuple(known[name] for name in dict.fromkeys(names)) or tuple(known.values())


def right_implementation(name: str) -> tuple[Plugins, Layerwise]:
    """Load all plugins and return them with the implementation that faults are planted in.

    Raises:
        HarnessError: there is no such implementation, or it is not made of operators.
    """
    plugins, implementations = load_and_choose([name])
    if len(implementations) != 1 or not isinstance(implementations[0], Layerwise):
        raise HarnessError(
            f"--impl {name} expected one implementation made of operators (Layerwise) to plant faults in."
        )
    return plugins, with_operators_of_plugins(implementations[0], plugins)


def trials(work: Iterable[Task], right: str, jobs: int) -> Iterator[list[Trial]]:
    """Yield the trials of one task, task after task as they end.

    Args:
        work: taken one by one.
        right: the implementation to plant in, as for ``--impl``.
        jobs: how many processes.
    """
    return spread(partial(_trials, right), work, jobs)


def without_killed(work: Iterable[Task], killed: set[tuple[str, str]]) -> Iterator[Task]:
    """Yield tasks without the faults of which ``killed`` holds the name and the task's format when its turn comes."""
    for task in work:
        left = tuple(name for name in task.faults if (name, task.case.dtype) not in killed)
        yield Task(task.case, left)


def tried(case: Case, faults: Iterable[Fault], right: Layerwise) -> list[Trial]:
    """Return what becomes on a case of each fault that applies to it.

    Raises:
        HarnessError: the right implementation does not compute the case, or fails in it.
    """
    used = _operators(case)
    applicable = [fault for fault in faults if fault.on in used and fault.applies_to(case)]
    if not applicable:
        return []
    problem = make_problem(case)
    trace = run(right, problem)
    judged = judge(problem, Subject.of(right, case), trace)
    wrong = next((row for row in judged.rows if not row.passed), None)
    if wrong is not None:
        raise HarnessError(
            f"{right.name} expected to be right, so that faults can be planted in it; on {case.name} "
            f"{wrong.observable.name} is {wrong.verdict}: {wrong.reason}"
        )
    order = [observable.name for observable in required(case)]
    found = []
    for fault in applicable:
        implementation = faulty(fault, right.operators, right.name, version=right.version)
        other = run(implementation, problem)
        stages = fault.stages(case)
        outcome, seen = _unjudged(trace, other), None
        if outcome is None:
            moved = next((name for name in order if name in stages and not _same(trace, other, name)), None)
            if moved is not None:
                seen = _seen(judged.by_name[moved], trace.observables[moved], other.observables.get(moved))
            # Only what the fault declares counts, and only that needs figures.
            subject = Subject(right.name, right.version, right.arithmetic(case), stages)
            failed = any(row.failed and row.observable.name in stages for row in judge(problem, subject, other).rows)
            outcome = "killed" if failed else "survived"
        found.append(Trial(fault.name, case.name, case.dtype, outcome, seen))
    return found


def _operators(case: Case) -> set[type[Specification]]:
    layers = [node.layer for node in case.network.nodes]
    functions = [layer.fused_activation for layer in layers]
    return {type(each) for each in (*layers, *functions, case.the_loss, case.the_optimizer)}


def _unjudged(right: Trace, other: Trace) -> Outcome | None:
    if other.status == "unsupported":
        return "declined"
    names = right.observables.keys() | other.observables.keys()
    return "unchanged" if other.status == "ok" and all(_same(right, other, name) for name in names) else None


def _same(right: Trace, other: Trace, name: str) -> bool:
    before, after = right.observables.get(name), other.observables.get(name)
    if before is None or after is None or before.dtype != after.dtype:
        return False
    return np.array_equal(before, after, equal_nan=True)


def _seen(row: Row, before: Array, after: Array | None) -> float:
    """Return the size of a change in units of what its row would show."""
    if after is None or before.shape != after.shape or row.figures is None:
        return math.inf
    detectable = row.figures.smallest_detectable
    if math.isinf(detectable):
        # It promises nothing.
        return 0.0
    with np.errstate(all="ignore"):
        size = math.sqrt(float(np.square(before, dtype=np.float64).mean()))
        change = math.sqrt(float(np.square(np.subtract(after, before, dtype=np.float64)).mean()))
        seen = float(np.divide(change, size * detectable))
    return seen if math.isfinite(seen) else math.inf


def _trials(right: str, task: Task) -> list[Trial]:
    implementation, faults = _loaded(right)
    return tried(task.case, [faults[name] for name in task.faults], implementation)


@cache
def _loaded(right: str) -> tuple[Layerwise, Mapping[str, Fault]]:
    plugins, implementation = right_implementation(right)
    return implementation, plugins.faults
