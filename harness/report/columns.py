"""The columns that every table of rows has, in files and in data frames, derived from Comparison."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, get_type_hints

from harness.judging.row import Comparison

if TYPE_CHECKING:
    import pandas

LAST = "seconds"


def columns() -> tuple[str, ...]:
    """Return the fields of Comparison in their order; the seconds, which differ in every run, come last."""
    return (*(field.name for field in fields(Comparison) if field.name != LAST), LAST)


def in_order(rows: Iterable[Comparison]) -> list[Comparison]:
    """Sort by case, then implementation; within a run the order of computation stays."""
    return sorted(rows, key=lambda row: (row.case, row.implementation))


def as_text(value: object) -> str:
    """Return one value as it stands in a file.

    Floats have the digits that give the same number back, an index is ``2 0 1 4``, None is empty, and every line
    break is a line feed.
    """
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(float(value))
    if isinstance(value, tuple):
        return " ".join(str(part) for part in value)
    # A carriage return alone ends an unquoted field for some readers of CSV.
    return str(value).replace("\r\n", "\n").replace("\r", "\n")


def parser(column: str) -> Callable[[str], Any]:
    """Return the function that undoes ``as_text`` for a column; it raises ValueError for what is no number there."""
    kind = get_type_hints(Comparison)[column]
    if kind is int:
        return int
    if kind == tuple[int, ...]:
        return lambda text: tuple(int(part) for part in text.split())
    if kind is float:
        return float
    if kind == float | None:
        return lambda text: float(text or "nan")
    return str


def frame(values: Mapping[str, Sequence[Any]]) -> "pandas.DataFrame":
    """Return a data frame with all columns, typed: integers, floats (NaN for None), tuples and text."""
    import pandas

    kinds = get_type_hints(Comparison)
    numbers: dict[Any, str] = {int: "int64", float: "float64", float | None: "float64"}
    return pandas.DataFrame(
        {name: pandas.Series(list(values[name]), dtype=numbers.get(kinds[name], "object")) for name in columns()}
    )
