"""A report against the report.csv of an earlier run."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from harness.errors import HarnessError, nearest
from harness.judging.row import COVERAGE, PURITY, Row
from harness.report.failure import printable, printable_lines
from harness.report.report import Report
from harness.report.severity import FIGURE, figure, times

if TYPE_CHECKING:
    import pandas

Kind = Literal[
    "newly-failing", "no-longer-judged", "vanished", "much-worse", "redefined", "newly-passing", "new",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)

GROWTH = 10.0
# Below a hundredth of what is allowed, ten times nearly nothing is still nearly nothing.
NOTICED_FROM = 0.01

MOST_OF_A_KIND = 10

Name = tuple[str, str, str]


@dataclass(frozen=True)
class Change:
    """One difference between two runs.

    Attributes:
        kind: see docs/reports.md.
        case, implementation, observable: which row; the observable is empty for a redefined case.
        detail: what it was and what it is now.
        redefined: the case of this name is another one now, so that this is no regression.
    """

    kind: Kind
    case: str
    implementation: str
    observable: str
    detail: str
    redefined: bool = False

    def __str__(self) -> str:
        names = " · ".join(name for name in (self.implementation, self.case, self.observable) if name)
        note = " (the case of this name is another one now)" if self.redefined and self.kind != "redefined" else ""
        return printable(f"{names}: {' '.join(printable_lines(self.detail))}{note}")


@dataclass(frozen=True)
class Changes:
    """All differences, by kind in the order of ``KINDS``, then by case, implementation and row.

    Attributes:
        baseline: the earlier report's name.
        changes: the differences.
    """

    baseline: str
    changes: tuple[Change, ...]

    def of(self, kind: Kind) -> tuple[Change, ...]:
        """Return the changes of one kind."""
        return tuple(change for change in self.changes if change.kind == kind)

    def failing(self, kinds: Collection[Kind]) -> tuple[Change, ...]:
        """Return the changes of the kinds that were chosen to fail a run."""
        return tuple(change for change in self.changes if change.kind in kinds)

    def lines(self) -> list[str]:
        """Return what to print: a line with all counts, then at most ten lines of each kind."""
        if not self.changes:
            return [f"compared with {self.baseline}: no change"]
        counts = Counter(change.kind for change in self.changes)
        head = ", ".join(f"{counts[kind]:,} {_words(kind)}" for kind in KINDS if counts[kind])
        lines = [f"compared with {self.baseline}: {head}"]
        for kind in KINDS:
            found = self.of(kind)
            texts = _by_case(found) if kind in ("vanished", "new", "no-longer-judged") else [str(c) for c in found]
            lines += [f"  {_words(kind)}"] if found else []
            lines += [f"    {text}" for text in texts[:MOST_OF_A_KIND]]
            lines += [f"    and {len(texts) - MOST_OF_A_KIND:,} more"] if len(texts) > MOST_OF_A_KIND else []
        return lines


def compare_with(report: Report, earlier: "pandas.DataFrame", baseline: str) -> Changes:
    """Compare a report with an earlier one; rows match by case, implementation and observable.

    Args:
        report: this run.
        earlier: what ``read_csv`` returned. Read it before this run's reports are written, which may replace it.
        baseline: its name, for the terminal.
    """
    names = zip(earlier["case"], earlier["implementation"], earlier["observable"], strict=True)
    states = map(_Earlier, earlier["key"], earlier["verdict"], earlier[FIGURE])
    was: dict[Name, _Earlier] = dict(zip(names, states, strict=True))
    now: dict[Name, Row] = {(row.run.case, row.run.implementation, row.observable.name): row for row in report.rows}
    keys = {(row.run.case, row.run.implementation): row.run.key for row in report.rows}
    other = {
        (case, implementation): before.key
        for (case, implementation, _), before in was.items()
        if keys.get((case, implementation), before.key) != before.key
    }
    not_run = set(report.not_run)
    changes = [_redefined(pair, key, keys[pair]) for pair, key in other.items()]
    for name, row in now.items():
        kind, detail = _change(was.get(name), row)
        if kind:
            changes.append(Change(kind, *name, detail, name[:2] in other))
    for name, before in was.items():
        if name not in now and not _is_a_look_not_repeated(name, before, keys):
            gone = "was not carried out" if name[:2] in not_run else "is not in this run"
            changes.append(Change("vanished", *name, f"was {before.verdict}, {gone}", name[:2] in other))
    # Sorting keeps the order of the rows within a run.
    changes.sort(key=lambda change: (KINDS.index(change.kind), change.case, change.implementation))
    return Changes(baseline, tuple(changes))


def kinds_of_change(text: str) -> frozenset[Kind]:
    """Return the kinds that an option names, such as ``newly-failing,vanished``.

    Raises:
        HarnessError: a name that is no kind of change, or no name at all.
    """
    words = [word.strip() for word in text.split(",")]
    known = {str(kind): kind for kind in KINDS}
    for word in words:
        if word not in known:
            raise HarnessError(f"--baseline-fail expected kinds of change, got {word!r}.{nearest(word, known)}")
    return frozenset(known[word] for word in words)


@dataclass(frozen=True)
class _Earlier:
    """What the baseline says of a row."""

    key: str
    verdict: str
    figure: float


def _change(was: _Earlier | None, row: Row) -> tuple[Kind | None, str]:
    if was is None and row.observable.kind == PURITY:
        # Nothing was found before, looked at or not: a look that finds nothing is no change.
        return ("newly-failing", f"was no finding, is {row.verdict}: {row.reason}") if row.failed else (None, "")
    if was is None:
        return "new", f"is {row.verdict}"
    before = was.verdict
    failed_before = before != "pass" and before not in COVERAGE
    detail = f"was {before}, is {row.verdict}" + (f": {row.reason}" if row.reason else "")
    if row.failed:
        return (None, "") if failed_before else ("newly-failing", detail)
    if not row.passed:
        return (None, "") if before in COVERAGE else ("no-longer-judged", detail)
    if before != "pass":
        return "newly-passing", detail
    old, new = was.figure, figure(row)
    # Written so that a figure that is missing, now or then, is no growth.
    if new is not None and old >= 0 and new >= NOTICED_FROM and new >= GROWTH * old:
        return "much-worse", f"used {times(old)} of what is allowed, now {times(new)}"
    return None, ""


def _is_a_look_not_repeated(name: Name, before: _Earlier, keys: Mapping[tuple[str, str], str]) -> bool:
    """Tell whether a row is about purity and had found nothing: what is looked at depends on what a run selects."""
    return name[2].startswith(f"{PURITY}/") and before.verdict == "pass" and name[:2] in keys


def _redefined(pair: tuple[str, str], old: str, new: str) -> Change:
    keys = f"key {new[:8]}…, was {old[:8]}…"
    detail = f"the case of this name is another one now ({keys}): no change of it is a regression"
    return Change("redefined", *pair, "", detail, True)


def _by_case(changes: Iterable[Change]) -> list[str]:
    groups: dict[tuple[str, str, bool], list[Change]] = {}
    for change in changes:
        groups.setdefault((change.implementation, change.case, change.redefined), []).append(change)
    texts = []
    for (implementation, case, redefined), group in groups.items():
        details = Counter(change.detail.partition(":")[0] for change in group)
        detail = ", ".join(f"{count:,} {detail}" for detail, count in details.items())
        merged = Change(group[0].kind, case, implementation, "", f"observables: {detail}", redefined)
        texts.append(str(group[0] if len(group) == 1 else merged))
    return texts


def _words(kind: Kind) -> str:
    return kind.replace("-", " ")
