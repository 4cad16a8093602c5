"""A report writer: what failed as a list in Markdown, to be pasted where people talk about it."""

from pathlib import Path

from harness import Report, hookimpl
from harness.report.writer import Writer, replace_file


class MarkdownWriter(Writer):
    """Writes ``report.md``."""

    name = "markdown"

    def write(self, report: Report, folder: Path) -> Path:
        failed = [f"- {row.implementation}: {row.case}, {row.observable}" for row in report.rows if row.failed]
        return replace_file(folder, "report.md", "\n".join([f"**{report.headline}**", "", *failed, ""]))


@hookimpl
def harness_writers() -> list[Writer]:
    return [MarkdownWriter()]
