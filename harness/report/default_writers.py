"""The writers that every run has."""

from harness.report.csv_file import CsvWriter
from harness.report.html_page import HtmlWriter
from harness.report.json_file import JsonWriter
from harness.report.writer import Writer


def default_writers() -> tuple[Writer, ...]:
    """Return the writers of report.csv, report.json and report.html."""
    return CsvWriter(), JsonWriter(), HtmlWriter()
