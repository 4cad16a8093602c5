"""What would make the first failing rows of a run right, and what may have made them wrong."""

from collections import Counter
from dataclasses import replace

from harness.diagnosis.reproducing import REPRODUCIBLE, Diagnosis
from harness.diagnosis.suggestions import suggested
from harness.implementation.contract import Implementation
from harness.implementation.trace import numeric
from harness.judging.judge import Judged
from harness.judging.row import Row

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

    def told(self, judged: Judged, implementation: Implementation) -> Judged:
        """Add the causes of the first failing row of each direction.

        Args:
            judged: the verdict.
            implementation: who it is on.
        """
        if not any(_is_explained(judged, row) for row in judged.rows):
            return judged
        return judged.with_rows(
            replace(row, causes=(*self._suggestion(judged, row, implementation), *self._faults(judged, row)))
            if _is_explained(judged, row)
            else row
            for row in judged.rows
        )

    def _suggestion(self, judged: Judged, row: Row, implementation: Implementation) -> list[str]:
        """Return what would make a row right; only a few rows of one stage are asked about, because it takes time."""
        stage = row.run.implementation, row.layer_kind, row.observable.kind, row.observable.part
        self._suggestions[stage] += 1
        if self._suggestions[stage] > MOST_SUGGESTIONS:
            return []
        text = suggested(judged, implementation, row.observable.name)
        return [text] if text else []

    def _faults(self, judged: Judged, row: Row) -> list[str]:
        """Return what is known of the faults that give a row's numbers."""
        # What is planted in operators that are themselves wrong proves nothing.
        if self.diagnosis is None or row.verdict not in REPRODUCIBLE or judged.subject.name == SOUND:
            return []
        estimate = judged.expected[row.observable.name].estimate
        faults = self.diagnosis.causes(judged.problem, numeric(judged.trace.observables), row, estimate)
        return [f"{fault.explanation} {fault.hint}" for fault in faults]


def _is_explained(judged: Judged, row: Row) -> bool:
    return bool(row.first_wrong) and row.observable.name in judged.trace.observables
