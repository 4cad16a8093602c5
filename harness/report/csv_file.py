"""The report as CSV: one row per observable, and back into a data frame."""

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import HarnessError
from harness.report.columns import FORMAT_VERSION, as_text, by_column, columns, frame, in_order, parser
from harness.report.report import Report
from harness.report.writer import Writer, replace_file

if TYPE_CHECKING:
    import pandas

ROW_IS = ["case", "implementation", "observable"]

# The first column, with the version of the format in every row; version 1 had none.
FORMAT = "format"
# What a column is called, and was called in version 1. It separated causes by CAUSES_APART, and lacked what is added.
RENAMED = {"smallest_detectable": "sens", "causes": "cause"}
ADDED = ("shape", "tolerance", "keras", "difference")
CAUSES_APART = " | "


class CsvWriter(Writer):
    """Writes ``report.csv``; docs/reports.md explains every column."""

    name = "csv"

    def write(self, report: Report, folder: Path) -> Path:
        import pandas

        found = {FORMAT: [FORMAT_VERSION] * len(report.rows)} | by_column(in_order(report.rows))
        table = pandas.DataFrame(
            {name: pandas.Series(list(map(as_text, column)), dtype="object") for name, column in found.items()}
        )
        return replace_file(folder, "report.csv", table.to_csv(index=False, lineterminator="\n"))


def read_csv(path: Path) -> "pandas.DataFrame":
    """Read back what CsvWriter wrote, with integers, floats (NaN where empty), tuples and text in their columns.

    A file of version 1 of the format comes back with the columns of today; those that it lacks are empty.

    Raises:
        HarnessError: the file is missing, is no such CSV or one of a later version, lacks columns or has a row twice.
    """
    import pandas

    names, cells = _read(path)
    table = {name: [row[place] for row in cells] for place, name in enumerate(names)}
    if FORMAT not in table and not set(RENAMED.values()) - table.keys():
        table = _of_version_1(table, len(cells))
    elif set(table.get(FORMAT, ())) - {str(FORMAT_VERSION)}:
        versions = ", ".join(sorted(set(table[FORMAT])))
        raise HarnessError(f"{path}: expected a report.csv of format 1 or {FORMAT_VERSION}, got format {versions}.")
    missing = [name for name in (FORMAT, *columns()) if name not in table]
    if missing:
        raise HarnessError(
            f"{path} is no report.csv of this version: it lacks the "
            f"column{'s' if len(missing) > 1 else ''} {', '.join(missing)}."
        )
    of_rows = pandas.DataFrame({name: table[name] for name in ROW_IS}, dtype="object")
    twice = of_rows.duplicated()
    if twice.any():
        row = " · ".join(str(of_rows.loc[twice, name].iloc[0]) for name in ROW_IS)
        raise HarnessError(f"{path} is a damaged report.csv: expected every observable once, got {row} twice.")
    return frame({name: _parsed(path, name, table[name]) for name in columns()})


def _read(path: Path) -> tuple[list[str], list[list[str]]]:
    """Return the names of a file's columns, and its rows of as many cells."""
    try:
        text = Path(path).read_bytes().decode("utf-8")
        # Some versions of pandas cut a text at a NUL.
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except OSError as error:
        raise HarnessError(f"{path} cannot be read: {error.strerror or type(error).__name__}.") from error
    except UnicodeDecodeError as error:
        raise HarnessError(f"{path} is no report.csv: it is not UTF-8 text.") from error
    except csv.Error as error:
        raise HarnessError(f"{path} is no report.csv, or a damaged one: {error}.") from error
    if not lines:
        raise HarnessError(f"{path} is no report.csv: it is empty.")
    names, *cells = lines
    for number, found in enumerate(cells, 1):
        if len(found) != len(names):
            raise HarnessError(f"{path} is a damaged report.csv: row {number} has {len(found)} cells of {len(names)}.")
    return names, cells


def _of_version_1(table: dict[str, list[str]], rows: int) -> dict[str, list[str]]:
    """Return columns of version 1 as those of today."""
    today = table | {now: table[before] for now, before in RENAMED.items()}
    today |= {name: [""] * rows for name in ADDED} | {FORMAT: [str(FORMAT_VERSION)] * rows}
    today["causes"] = [as_text(tuple(text.split(CAUSES_APART)) if text else ()) for text in today["causes"]]
    return today


def _parsed(path: Path, column: str, texts: list[str]) -> list[Any]:
    parse = parser(column)
    try:
        return [parse(text) for text in texts]
    except ValueError as error:
        raise HarnessError(f"{path} is a damaged report.csv: column {column}: {error}.") from error
