"""The report as CSV: one row per observable, and back into a data frame."""

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import HarnessError
from harness.report.columns import as_text, by_column, columns, frame, in_order, parser
from harness.report.report import Report
from harness.report.writer import Writer, replace_file

if TYPE_CHECKING:
    import pandas

ROW_IS = ["case", "implementation", "observable"]


class CsvWriter(Writer):
    """Writes ``report.csv``; docs/reports.md explains every column."""

    name = "csv"

    def write(self, report: Report, folder: Path) -> Path:
        import pandas

        found = by_column(in_order(report.rows))
        table = pandas.DataFrame(
            {name: pandas.Series(list(map(as_text, column)), dtype="object") for name, column in found.items()}
        )
        return replace_file(folder, "report.csv", table.to_csv(index=False, lineterminator="\n"))


def read_csv(path: Path) -> "pandas.DataFrame":
    """Read back what CsvWriter wrote, with integers, floats (NaN where empty), tuples and text in their columns.

    Raises:
        HarnessError: the file is missing, is no such CSV, lacks columns or has a row twice.
    """
    import pandas

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
    missing = [name for name in columns() if name not in names]
    if missing:
        raise HarnessError(
            f"{path} is no report.csv of this version: it lacks the "
            f"column{'s' if len(missing) > 1 else ''} {', '.join(missing)}."
        )
    for number, found in enumerate(cells, 1):
        if len(found) != len(names):
            raise HarnessError(f"{path} is a damaged report.csv: row {number} has {len(found)} cells of {len(names)}.")
    table = pandas.DataFrame(cells, columns=names, dtype="object")
    twice = table.duplicated(ROW_IS)
    if twice.any():
        row = " · ".join(str(table.loc[twice, name].iloc[0]) for name in ROW_IS)
        raise HarnessError(f"{path} is a damaged report.csv: expected every observable once, got {row} twice.")
    return frame({name: _parsed(path, name, list(table[name])) for name in columns()})


def _parsed(path: Path, column: str, texts: list[str]) -> list[Any]:
    parse = parser(column)
    try:
        return [parse(text) for text in texts]
    except ValueError as error:
        raise HarnessError(f"{path} is a damaged report.csv: column {column}: {error}.") from error
