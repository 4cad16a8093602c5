"""The matrix of implementation × layer kind: how many observables passed, failed and were not judged."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.judging.row import COVERAGE, PURITY, Row
from harness.report.report import Report

NO_LAYER = "no layer"


@dataclass(frozen=True)
class Tally:
    """Counts of observables."""

    passed: int = 0
    failed: int = 0
    not_judged: int = 0


@dataclass(frozen=True)
class Matrix:
    """Tallies of a run.

    Attributes:
        layer_kinds: layers by name, then losses by name, then rows that belong to neither, and those about purity.
        implementations: in the order in which they were planned.
        cells: by ``(layer kind, implementation)``; a pair without rows has none.
    """

    layer_kinds: tuple[str, ...]
    implementations: tuple[str, ...]
    cells: Mapping[tuple[str, str], Tally]

    def __getitem__(self, place: tuple[str, str]) -> Tally:
        """Return the tally of ``(layer kind, implementation)``, all zero where there is no row."""
        return self.cells.get(place, Tally())


def matrix(report: Report) -> Matrix:
    """Count the rows of a report by layer kind and implementation; a loss counts as a layer kind."""
    counts: Counter[tuple[str, str, str]] = Counter()
    rank: dict[str, tuple[int, str]] = {}
    for row in report.rows:
        kind = row.layer_kind or NO_LAYER
        rank[kind] = {NO_LAYER: 2, PURITY: 3}.get(kind, int(row.observable.layer == "loss")), kind
        counts[kind, row.run.implementation, _outcome(row)] += 1
    pairs = {(kind, implementation) for kind, implementation, _ in counts}
    cells = {pair: Tally(*(counts[*pair, outcome] for outcome in ("pass", "fail", "not judged"))) for pair in pairs}
    return Matrix(tuple(sorted(rank, key=rank.__getitem__)), report.implementations, cells)


def tally(rows: Iterable[Row]) -> Tally:
    """Count rows by outcome."""
    counts = Counter(map(_outcome, rows))
    return Tally(counts["pass"], counts["fail"], counts["not judged"])


def _outcome(row: Row) -> str:
    return "pass" if row.passed else "not judged" if row.verdict in COVERAGE else "fail"
