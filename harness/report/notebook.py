"""A report in a notebook: a small static table, everything escaped."""

from collections.abc import Sequence
from html import escape

from harness.report.report import Report
from harness.report.terminal import one_line, percentage, title, verdicts_of, worst_rows


def as_html(report: Report) -> str:
    """Return a heading, one row per implementation, the worst failing rows and the findings, without any script."""
    parts = [f"<h4>{escape(report.headline)}</h4>"]
    parts.append(
        _table(
            ("implementation", "verdicts", "judged"),
            [(name, verdicts_of(report, name), percentage(*judged)) for name, judged in report.coverage.items()],
        )
    )
    worst = worst_rows(report)
    if worst:
        parts.append("<p>The worst failures:</p>")
        parts.append(_table(("where", "what is wrong"), [(title(group), one_line(group[0])) for group in worst]))
    parts += [f"<p>Finding: {escape(str(finding))}</p>" for finding in report.noted]
    return "\n".join(parts)


def _table(names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>\n" for row in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>"
