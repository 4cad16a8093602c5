"""How bad a row is: the one place that knows which figure says so."""

import math
from collections import Counter
from collections.abc import Iterable

from harness.judging.row import COVERAGE, Row

FIGURE = "ratio"
ALLOWED = "what rounding can explain"


def figure(row: Row) -> float | None:
    """Return the figure by which rows are ranked; None where nothing was compared."""
    value: float | None = getattr(row.figures, FIGURE, None)
    return value


def severity(row: Row) -> float:
    """Return a rank: infinite for a failure that has no figure, -1 for what was not judged, else the figure."""
    value = figure(row)
    if row.verdict in COVERAGE:
        return -1.0
    if value is None or math.isnan(value):
        return math.inf if row.failed else 0.0
    return value


def worst_first(rows: Iterable[Row]) -> list[Row]:
    """Return the failing rows, the worst first; equals keep their order."""
    return sorted((row for row in rows if row.failed), key=severity, reverse=True)


def how_bad(row: Row) -> str:
    """Return the size of a failure in words: ``4,300 times what rounding can explain``; empty where nothing says it."""
    value = figure(row)
    if value is None or math.isnan(value):
        return ""
    if math.isinf(value):
        return "" if row.verdict == "nonfinite" else "nothing is rounded here, so that any difference is a mistake"
    return f"just beyond {ALLOWED}" if 1 < value < 1.05 else f"{times(value)} times {ALLOWED}"


def times(value: float) -> str:
    """Return a factor with two digits: ``1.3``, ``57``, ``4,300``, ``3e+12``, ``0.0021``."""
    if 10 <= value < 1e6:
        digits = math.floor(math.log10(value)) - 1
        return f"{round(value / 10**digits) * 10**digits:,}"
    if 1 <= value < 10:
        return f"{value:.1f}"
    return f"{value:.2g}" if value < 1 else f"{value:.0e}"


def noticed(row: Row) -> str:
    """Return which relative error this row would have shown; empty where none is known, or any would have been."""
    figures = row.figures
    if figures is None or math.isinf(figures.ratio) or not 0 < figures.smallest_detectable < math.inf:
        return ""
    return f"a relative error of {figures.smallest_detectable:.0e} would have been noticed"


def numbers(row: Row) -> str:
    """Return the worst element with what came, what should be there and what Keras has, or nothing without figures.

    Keras's value alone stands there where it is what should be: behind a wrong stage it is not, for each stage is
    judged by the implementation's own values before it.
    """
    found = row.figures
    if found is None:
        return ""
    digits = _digits(found.expected, found.got)
    parts = [f"worst element {list(found.index)}"] if found.index else []
    parts.append(f"{row.run.implementation} {found.got: .{digits}g}")
    if found.keras is None or not abs(found.keras - found.expected) <= (found.tolerance or 0.0):
        parts.append(f"expected {found.expected: .{digits}g}")
    if found.keras is not None:
        parts.append(f"Keras {found.keras: .{digits}g}")
    if found.tolerance is not None:
        parts.append(f"may differ by {found.tolerance:.2g}" if found.tolerance else "may not differ")
    return "     ".join(parts)


def _digits(one: float, other: float) -> int:
    """Return how many digits, from 7 on, tell two numbers apart."""
    return next((digits for digits in (7, 9, 12) if f"{one:.{digits}g}" != f"{other:.{digits}g}"), 17)


def counted(rows: Iterable[Row]) -> str:
    """Return the rows by verdict, passes first: ``41 pass, 2 fail``."""
    found = Counter(row.verdict for row in rows)
    ranked = sorted(found.items(), key=lambda item: (item[0] != "pass", -item[1], item[0]))
    return ", ".join(f"{count:,} {verdict}" for verdict, count in ranked)
