"""The report as JSON: the rows of the CSV with everything else a run found out."""

import json
import math
from pathlib import Path
from typing import Any

from harness.report.columns import FORMAT_VERSION, columns, in_order, values
from harness.report.report import Report
from harness.report.writer import Writer, replace_file


class JsonWriter(Writer):
    """Writes ``report.json``; docs/reports.md explains every name in it."""

    name = "json"

    def write(self, report: Report, folder: Path) -> Path:
        head = {
            "format": "harness-report",
            "format_version": FORMAT_VERSION,
            "passed": report.passed,
            "faults": list(report.faults),
            "findings": [str(finding) for finding in report.noted],
            "environment": {str(name): str(value) for name, value in sorted(report.environment.items())},
            "counts": dict(sorted(report.counts.items())),
            "coverage": {name: {"judged": j, "required": r} for name, (j, r) in report.coverage.items()},
            "planned": [
                {"case": case, "implementation": name, "observables": count, "test": report.tests.get((case, name), "")}
                for (case, name), count in sorted(report.planned.items())
            ],
            "not_run": [list(pair) for pair in sorted(report.not_run)],
        }
        names = columns()
        rows = [dict(zip(names, map(strict, values(row)), strict=True)) for row in in_order(report.rows)]
        entries = [f"{json.dumps(name)}: {json.dumps(value, allow_nan=False)}" for name, value in head.items()]
        # One line a row, so that two reports can be compared line by line.
        lines = ",\n".join(json.dumps(row, allow_nan=False) for row in rows)
        return replace_file(folder, "report.json", "{\n" + ",\n".join(entries) + f',\n"rows": [\n{lines}\n]\n}}\n')


def strict(value: Any) -> Any:
    """Return a value that JSON has: NaN and infinities as ``"nan"``, ``"inf"`` and ``"-inf"``, an index as a list."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    return value
