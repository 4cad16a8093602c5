"""The properties of one case and implementation for JUnit's XML."""

from collections.abc import Sequence

from harness.judging.row import PURITY, Row
from harness.report.columns import as_text
from harness.report.failure import BACKWARD, FORWARD, first_wrong
from harness.report.severity import FIGURE, counted, figure, severity


def junit_properties(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Return names and plain strings; docs/reports.md explains them.

    Args:
        rows: all rows of one case and implementation, in the order of computation; one or more.
    """
    # pytest's own serialization between processes takes str and refuses NumPy's subclasses of it.
    worst = max(rows, key=severity)
    properties = {
        "case": worst.run.case,
        "case_key": worst.run.key,
        "implementation": worst.run.implementation,
        "implementation_version": worst.run.version,
        "dtype": worst.run.dtype,
        "seed": worst.run.seed,
        "verdicts": counted(row for row in rows if row.observable.kind != PURITY),
        "purity": counted(row for row in rows if row.observable.kind == PURITY),
        "worst_observable": worst.observable.name,
        f"worst_{FIGURE}": figure(worst),
        "worst_verdict": worst.verdict,
        "first_wrong_forward": _name(first_wrong(rows, FORWARD)),
        "first_wrong_backward": _name(first_wrong(rows, BACKWARD)),
        "seconds": worst.run.seconds,
    }
    return [(f"harness.{name}", as_text(value)) for name, value in properties.items()]


def _name(row: Row | None) -> str:
    return row.observable.name if row else ""
