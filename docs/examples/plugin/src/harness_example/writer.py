"""A report writer: what failed as a list in Markdown, to be pasted where people talk about it."""

from pathlib import Path

from harness import Report, hookimpl
from harness.report.writer import Writer, replace_file


class MarkdownWriter(Writer):
    """Writes ``report.md``."""

    name = "markdown"

    def write(self, report: Report, folder: Path) -> Path:
        failed = [row for row in report.rows if row.failed]
        lines = [f"- {row.run.implementation}: {row.run.case}, {row.observable.name}" for row in failed]
        return replace_file(folder, "report.md", "\n".join([f"**{report.headline}**", "", *lines, ""]))


@hookimpl
def harness_writers() -> list[Writer]:
    return [MarkdownWriter()]
