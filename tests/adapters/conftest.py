"""Right operators, and ways to hear what the harness says of an implementation without asking Keras."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from harness.cases.case import Case
from harness.cases.problem import make_problem
from harness.diagnosis.suggestions import suggested
from harness.implementation.contract import Implementation, run
from harness.judging.judge import Subject, judge
from harness.judging.row import Row
from harness.layerwise import operators_in
from impls import vectorized


@pytest.fixture(scope="session")
def right() -> Mapping[type, Any]:
    """The vectorized operators by specification class."""
    return operators_in(vectorized)


@pytest.fixture(scope="session")
def heard() -> Callable[[Implementation, Case], SimpleNamespace]:
    """Rows by observable, what went wrong, what would be suggested for the first wrong row, and the findings."""

    def hear(implementation: Implementation, case: Case) -> SimpleNamespace:
        problem = make_problem(case)
        trace = run(implementation, problem)
        judged = judge(problem, Subject.of(implementation, case), trace)
        rows = judged.rows
        first = next((row for row in rows if row.failed), None)
        sentence = trace.reason
        if first is not None and trace.status == "ok":
            sentence = suggested(judged, implementation, first.observable.name)
        found: dict[str, Row] = {row.observable.name: row for row in rows}
        return SimpleNamespace(
            rows=found,
            trace=trace,
            failed=[row.observable.name for row in rows if row.failed],
            passed=[row.observable.name for row in rows if row.passed],
            unobserved=[row.observable.name for row in rows if row.verdict == "unobserved"],
            suggested=sentence,
            findings=getattr(implementation.run(problem), "findings", ()) if trace.status == "ok" else (),
        )

    return hear
