"""The columns that every table of rows has, in files and in data frames, derived from Row and what it nests."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from itertools import accumulate, pairwise, starmap
from operator import attrgetter
from typing import TYPE_CHECKING, Any, get_type_hints

from harness.cases.observables import Observable
from harness.judging.row import Figures, Row, Run

if TYPE_CHECKING:
    import pandas

# Raise when a column goes or changes its meaning, and let csv_file read the version before.
FORMAT_VERSION = 2

# Of the parts of a row, in the order of the columns; the seconds, which differ in every run, come last.
_OF_RUN = tuple(field.name for field in fields(Run) if field.name != "seconds")
_OF_OBSERVABLE = ("observable", "kind", "shape", "step", "layer", "part")
_OF_VERDICT = ("layer_kind", "verdict", "reason", "untrusted", "first_wrong")
_OF_FIGURES = tuple(field.name for field in fields(Figures))
_FOUND_OUT = ("witnesses", "causes", "reference")
_LAST = "seconds"

_TYPES: Mapping[str, Any] = {
    **get_type_hints(Run),
    **get_type_hints(Observable),
    **get_type_hints(Row),
    **{name: kind if name in ("elements", "index") else float | None for name, kind in get_type_hints(Figures).items()},
    "observable": str,
    "shape": tuple[int, ...],
    "step": int,
}

_run, _verdict, _figures, _found_out = (attrgetter(*names) for names in (_OF_RUN, _OF_VERDICT, _OF_FIGURES, _FOUND_OUT))
_ENDS = [0, *accumulate(map(len, (_OF_RUN, _OF_OBSERVABLE, _OF_VERDICT, _OF_FIGURES))), None]
_RUN_AT, _OBSERVABLE_AT, _VERDICT_AT, _FIGURES_AT, _FOUND_OUT_AT = starmap(slice, pairwise(_ENDS))
_NOTHING_COMPARED = (0, (), *[None] * (len(_OF_FIGURES) - 2))


def columns() -> tuple[str, ...]:
    """Return the names of all columns in their order."""
    return (*_OF_RUN, *_OF_OBSERVABLE, *_OF_VERDICT, *_OF_FIGURES, *_FOUND_OUT, _LAST)


def values(row: Row) -> tuple[Any, ...]:
    """Return what a row has in each column: text, numbers, tuples of them, and None. The step after the last is 0."""
    run, about = row.run, row.observable
    return (
        *_run(run), about.name, about.kind, about.shape, about.step or 0, about.layer, about.part, *_verdict(row),
        *(_figures(row.figures) if row.figures is not None else _NOTHING_COMPARED), *_found_out(row), run.seconds,
    )  # fmt: skip


def row_of(found: Sequence[Any]) -> Row:
    """Return the row of which ``values`` made this; lists may have taken the place of tuples."""
    whole: list[Any] = [tuple(value) if type(value) is list else value for value in found]
    layer_kind, verdict, reason, untrusted, first_wrong = whole[_VERDICT_AT]
    witnesses, causes, reference, seconds = whole[_FOUND_OUT_AT]
    return Row(
        _run_of(*whole[_RUN_AT], seconds), _observable_of(*whole[_OBSERVABLE_AT]), layer_kind, verdict, reason,
        untrusted, first_wrong, _figures_of(*whole[_FIGURES_AT]), witnesses, causes, reference,
    )  # fmt: skip


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Sort by case, then implementation; within a run the order of computation stays."""
    return sorted(rows, key=lambda row: (row.run.case, row.run.implementation))


def by_column(rows: Iterable[Row]) -> dict[str, list[Any]]:
    """Return the values of some rows by column."""
    table = list(map(values, rows))
    return {name: [row[place] for row in table] for place, name in enumerate(columns())}


def as_text(value: object) -> str:
    """Return one value as it stands in a file.

    Floats have the digits that give the same number back, an index is ``2 0 1 4``, causes are a list in JSON, None and
    no causes are empty, and every line break is a line feed.
    """
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(float(value))
    if isinstance(value, tuple):
        texts = bool(value) and isinstance(value[0], str)
        return json.dumps(value, ensure_ascii=False) if texts else " ".join(map(str, value))
    # A carriage return alone ends an unquoted field for some readers of CSV.
    return str(value).replace("\r\n", "\n").replace("\r", "\n")


def parser(column: str) -> Callable[[str], Any]:
    """Return the function that undoes ``as_text`` for a column; it raises ValueError for what it cannot read."""
    kind = _TYPES[column]
    if kind is int:
        return int
    if kind == tuple[int, ...]:
        return lambda text: tuple(int(part) for part in text.split())
    if kind == tuple[str, ...]:
        return _texts
    if kind is float:
        return float
    if kind == float | None:
        return lambda text: float(text or "nan")
    return str


def frame(table: Mapping[str, Sequence[Any]]) -> "pandas.DataFrame":
    """Return a data frame with all columns, typed: integers, floats (NaN for None), tuples and text."""
    import pandas

    numbers: dict[Any, str] = {int: "int64", float: "float64", float | None: "float64"}
    return pandas.DataFrame(
        {name: pandas.Series(list(table[name]), dtype=numbers.get(_TYPES[name], "object")) for name in columns()}
    )


def _texts(text: str) -> tuple[str, ...]:
    found = json.loads(text) if text else []
    if not (isinstance(found, list) and all(isinstance(each, str) for each in found)):
        raise ValueError(f"expected a list of texts, got {text!r}")
    return tuple(found)


# Rows come run by run, and those of one case share their observables.
@lru_cache(maxsize=8)
def _run_of(*run: Any) -> Run:
    return Run(*run)


@lru_cache(maxsize=4096)
def _observable_of(name: str, kind: str, shape: tuple[int, ...], step: int, layer: str, part: str) -> Observable:
    return Observable(name, kind, shape, step or None, layer, part)


def _figures_of(*figures: Any) -> Figures | None:
    return None if figures == _NOTHING_COMPARED else Figures(*figures)
