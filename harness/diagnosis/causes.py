"""What would make the first failing rows of a run right, and what may have made them wrong."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from harness.cases.problem import Problem
from harness.diagnosis.reproducing import REPRODUCIBLE, Diagnosis
from harness.diagnosis.suggestions import suggested
from harness.implementation.contract import Implementation
from harness.implementation.trace import Trace, numeric
from harness.judging.row import CAUSES_APART, Comparison
from harness.numerics.arithmetic import Arithmetic
from harness.verdict.expected import local

# Right operators, in which faults are planted to find the likely cause of a failure.
SOUND = "vectorized"

# Declarations are tried one after another, which takes up to a second for one row.
MOST_SUGGESTIONS = 5


class Causes:
    """Looks for causes, of a run's first rows of a stage alone.

    Args:
        diagnosis: looks for errors that people make, or None.
    """

    def __init__(self, diagnosis: Diagnosis | None) -> None:
        self.diagnosis = diagnosis
        self._suggestions: Counter[tuple[str, ...]] = Counter()

    def told(
        self,
        rows: Sequence[Comparison],
        problem: Problem,
        implementation: Implementation,
        arithmetic: Arithmetic,
        trace: Trace,
    ) -> list[Comparison]:
        """Return the rows with the causes of the first failing one of each direction.

        Args:
            rows: the verdict.
            problem: what was run.
            implementation: who ran it.
            arithmetic: what it declares.
            trace: what came of it.
        """
        if trace.status != "ok" or not any(row.first_wrong for row in rows):
            return list(rows)
        shown = numeric(trace.observables)
        expected = local(problem, shown, arithmetic)
        found = {}
        for row in rows:
            if row.first_wrong and row.observable in trace.observables:
                causes = self._suggestion(row, problem, implementation, arithmetic, trace)
                # What is planted in operators that are themselves wrong proves nothing.
                if self.diagnosis is not None and row.verdict in REPRODUCIBLE and implementation.name != SOUND:
                    estimate = expected[row.observable].estimate
                    faults = self.diagnosis.causes(problem, shown, row, estimate)
                    causes += [f"{fault.explanation} {fault.hint}" for fault in faults]
                found[row.observable] = CAUSES_APART.join(causes)
        return [replace(row, cause=found.get(row.observable, "")) for row in rows]

    def _suggestion(
        self, row: Comparison, problem: Problem, implementation: Implementation, arithmetic: Arithmetic, trace: Trace
    ) -> list[str]:
        """Return what would make a row right; only a few rows of one stage are asked about, because it takes time."""
        stage = row.implementation, row.layer_kind, row.kind, row.part
        self._suggestions[stage] += 1
        if self._suggestions[stage] > MOST_SUGGESTIONS:
            return []
        text = suggested(problem, implementation, trace.observables, row.observable, arithmetic)
        return [text] if text else []
