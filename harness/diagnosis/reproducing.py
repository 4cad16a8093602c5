"""The likely cause of a failing stage: faults that, planted in right operators, give the same wrong numbers.

Each fault of the stage's operator is run on the implementation's own inputs of that stage, in their format. It is a
candidate where it gives what the implementation gave, within the rounding that the right stage can make, in proportion
where the wrong numbers are larger, and where that tells it from what is right. With one geometry several faults may
fit; those that fit in every case are what to look at.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np

from harness.cases.observables import Observable
from harness.cases.problem import Array, Problem
from harness.faults.fault import Fault
from harness.faults.faulty import planted
from harness.faults.replay import Operators, replayed
from harness.judging.row import Row, Verdict
from harness.numerics.estimate import Estimate

# Both the implementation and the recomputation round, and a wrong sum may have other terms than the right one.
ROOM = 4.0

# What may have a cause in the catalogue: wrong numbers, some lost to overflow, or another count of them.
REPRODUCIBLE: frozenset[Verdict] = frozenset({"fail", "nonfinite", "shape"})

# A search costs some ten milliseconds; an implementation that fails everywhere would take minutes.
MOST_SEARCHES = 20


class Diagnosis:
    """Diagnoses failing rows one after another.

    Rows of one stage of one layer kind tend to fail for one reason: what reproduced the last one is tried first, and
    all faults only where none of those does, a limited number of times.

    Args:
        faults: those that people make; graded ones are left out.
        operators: right ones, to plant them in.
    """

    def __init__(self, faults: Iterable[Fault], operators: Operators) -> None:
        self._faults = tuple(fault for fault in faults if fault.kind == "structural")
        self._operators = operators
        self._last: dict[tuple[str, ...], list[Fault]] = {}
        self._searches: Counter[tuple[str, ...]] = Counter()

    def causes(self, problem: Problem, shown: Mapping[str, Array], row: Row, expected: Estimate) -> list[Fault]:
        """Return the faults that give a row's numbers (see ``reproducing``)."""
        stage = row.run.implementation, row.layer_kind, row.observable.kind, row.observable.part
        about = row.observable
        found = reproducing(self._last.get(stage, ()), self._operators, problem, shown, about, expected)
        if not found and self._searches[stage] < MOST_SEARCHES:
            self._searches[stage] += 1
            found = reproducing(self._faults, self._operators, problem, shown, about, expected)
        if found:
            self._last[stage] = found
        return found


def reproducing(
    faults: Iterable[Fault],
    operators: Operators,
    problem: Problem,
    shown: Mapping[str, Array],
    observable: Observable,
    expected: Estimate,
) -> list[Fault]:
    """Return the faults that give the numbers of a failing observable.

    Args:
        faults: those to try.
        operators: right ones, to plant them in.
        problem: what was run.
        shown: the implementation's observables.
        observable: the failing one.
        expected: what it should be, with its rounding error.
    """
    got = np.asarray(shown[observable.name], np.float64)
    # What is as near to the right numbers as a fault has to be to the wrong ones cannot be told from them, and where
    # nothing is finite any mistake may have come to that.
    if not np.isfinite(got).any() or _same(got, expected.value, expected):
        return []
    # Not always what is expected, which follows from the stage's own output, and that may be wrong itself.
    right = replayed(operators, problem, shown, observable)
    if right is None:
        return []
    found = []
    for fault in faults:
        # A plugin's operator may have faults and no right implementation to plant them in.
        if fault.on not in operators or observable.name not in fault.stages(problem.case):
            continue
        value = replayed(planted(fault, operators, problem.case), problem, shown, observable)
        # A fault that changes nothing here explains nothing, however close the wrong numbers are to the right ones.
        if value is not None and _same(value, got, expected) and not _same(value, right, expected):
            found.append(fault)
    return found


def _same(value: Array, other: Array, expected: Estimate) -> bool:
    """True where two arrays are of one shape and differ by rounding alone; NaN is NaN, and an infinity itself."""
    if value.shape != other.shape:
        return False
    finite = np.isfinite(value)
    if not np.array_equal(value[~finite], other[~finite], equal_nan=True):
        return False
    right, wrong = _largest(expected.value), _largest(value)
    # Where nothing is rounded, or the right numbers are all 0, the wrong ones must be met to the bit.
    room = ROOM * float(np.max(expected.worst_case, initial=0.0))
    larger = max(1.0, wrong / right) if right > np.finfo(float).tiny else 1.0
    return bool((np.abs(value[finite] - other[finite]) <= larger * room).all())


def _largest(array: Array) -> float:
    return float(np.abs(array).max(initial=0.0, where=np.isfinite(array)))
