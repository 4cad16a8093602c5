"""The report as one page that needs no network: data, a small script and a style sheet in one file.

Everything that comes from a plugin or a case is data: JSON in a block that is never run, put on the page as text. The
content-security policy lets nothing else run or load.
"""

import base64
import hashlib
import json
import math
from collections import Counter
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from harness.judging.row import COVERAGE
from harness.report.columns import by_column, in_order
from harness.report.failure import WHOLE_RUN, command, stage
from harness.report.json_file import strict
from harness.report.matrix import matrix
from harness.report.report import Report
from harness.report.severity import FIGURE
from harness.report.terminal import percentage, verdicts_of
from harness.report.writer import Writer, replace_file

# Figures of rows that pass are for looking at; the CSV has all digits.
DIGITS = 6


class HtmlWriter(Writer):
    """Writes ``report.html``."""

    name = "html"

    def write(self, report: Report, folder: Path) -> Path:
        return replace_file(folder, "report.html", page(report))


def page(report: Report) -> str:
    """Return the whole page."""
    style, script = _part("page.css"), _part("page.js")
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )
    # "<" is the only character that can end a script element or begin another.
    data = json.dumps(content(report), allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    return Template(_part("page.html")).substitute(policy=policy, style=style, script=script, data=data)


def content(report: Report) -> dict[str, Any]:
    """Return what the page shows, ready for JSON."""
    table = matrix(report)
    rows = in_order(report.rows)
    table_of = by_column(rows)
    digits = [None if row.failed else DIGITS for row in rows]
    shown = [_column(name, list(map(_shown, found, digits))) for name, found in table_of.items()]
    shown.append(_column("stage", [stage(row) for row in rows]))
    commands = {pair: command(test, report.options.get(pair[1], ())) for pair, test in report.tests.items()}
    shown.append(_column("repeat", [commands.get((row.run.case, row.run.implementation), "") for row in rows]))
    verdicts = Counter(row.verdict for row in rows)
    return {
        "passed": report.passed,
        "headline": report.headline,
        "faults": list(report.faults),
        "findings": [str(finding) for finding in report.noted],
        "not_run": [f"{case} by {implementation}" for case, implementation in report.not_run],
        "environment": [[str(name), str(value)] for name, value in report.environment.items()],
        "implementations": [
            [
                name,
                verdicts_of(report, name),
                f"{judged:,} of {required:,} ({percentage(judged, required)})",
            ]
            for name, (judged, required) in report.coverage.items()
        ],
        "layer_kinds": list(table.layer_kinds),
        "matrix": [
            [[t.passed, t.failed, t.not_judged] for t in (table[kind, name] for name in table.implementations)]
            for kind in table.layer_kinds
        ],
        "verdicts": sorted(verdicts),
        "not_failing": ["pass", *sorted(COVERAGE)],
        "whole_run": sorted(WHOLE_RUN),
        "figure": FIGURE,
        "rows": len(rows),
        "columns": shown,
    }


def _part(name: str) -> str:
    # Read as text, so that line ends are the ones that a browser hashes.
    return files("harness.report").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _shown(value: Any, digits: int | None) -> Any:
    """Return a value as the page shows it, with so many digits; None for all."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and math.isfinite(value) and digits is not None:
        return float(f"{value:.{digits}g}")
    if isinstance(value, tuple):
        texts = bool(value) and isinstance(value[0], str)
        return "\n".join(value) if texts else f"[{', '.join(map(str, value))}]" if value else ""
    return strict(value)


def _column(name: str, values: Sequence[Any]) -> dict[str, Any]:
    """Return a column as it is, or as its different values and a number for each row, whichever is shorter."""
    different = list(dict.fromkeys(values))
    if 2 * len(different) > len(values):
        return {"name": name, "values": list(values)}
    code = {value: i for i, value in enumerate(different)}
    return {"name": name, "values": different, "codes": [code[value] for value in values]}
