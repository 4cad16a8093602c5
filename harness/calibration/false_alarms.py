"""False alarms: correct implementations judged on cases drawn from many seeds.

Every observable is judged as in a verification run. Where one fails, the whole verdict is asked, with jittered inputs
and witnesses; what fails then is an alarm.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from harness.calibration.processes import spread
from harness.cases.case import Case
from harness.cases.problem import make_problem
from harness.implementation.contract import Implementation, run
from harness.judging.judge import Subject, judge
from harness.judging.row import PURITY, Row
from harness.plugins.found import Plugins
from harness.plugins.loading import load_and_choose
from harness.report.columns import columns, values
from harness.verification import SECOND_WITNESS, Reference, Verification, reference_among

# What is kept of each row.
COLUMNS = (
    "implementation", "case", "dtype", "seed", "observable", "kind", "verdict", "reason", "untrusted",
    "t", "rms", "bound", "smallest_detectable", "ratio", "end_to_end", "witnesses", "reference",
)  # fmt: skip
FIGURES = ("t", "rms", "bound", "end_to_end")


@dataclass(frozen=True)
class Counted:
    """A row, and the kind of the operator that computed what it is about: of an updated weight, the optimizer."""

    operator: str
    row: Row


def kept(row: Row) -> list[Any]:
    """Return what a row has in ``COLUMNS``."""
    found = dict(zip(columns(), values(row), strict=True))
    return [found[name] for name in COLUMNS]


def drawn(cases: Iterable[Case], seeds: Iterable[int]) -> Iterator[Case]:
    """Yield every case under every seed, seed by seed."""
    cases = tuple(cases)
    for seed in seeds:
        for case in cases:
            yield case.with_(seed=seed)


def rows_of(cases: Iterable[Case], implementations: Sequence[str], jobs: int) -> Iterator[list[Counted]]:
    """Yield the rows of one case by every implementation, case after case as they end.

    Args:
        cases: with their seeds.
        implementations: as for ``--impl``: names, or files to load them from; all default ones if there is none.
        jobs: how many processes. TensorFlow is imported where Keras is judged or asked, and nowhere else.
    """
    return spread(partial(_rows, tuple(implementations)), cases, jobs)


@dataclass
class Distribution:
    """The figures of many rows, added one by one."""

    figures: "dict[str, array[float]]" = field(default_factory=lambda: {name: array("d") for name in FIGURES})
    count: int = 0
    untrusted: int = 0

    def add(self, row: Row) -> None:
        """Count a row that was judged."""
        self.count += 1
        self.untrusted += bool(row.untrusted)
        for name, numbers in self.figures.items():
            value = getattr(row.figures, name, None)
            if value is not None:
                numbers.append(value)


@dataclass
class Calibration:
    """What correct implementations got, as it comes in.

    Attributes:
        by_stage: by operator and kind of observable.
        by_implementation: by implementation, its version and the case's format.
        alarms: rows that fail.
        marginal: rows that failed at first and passed with jittered inputs.
        not_judged: numbers of rows that are coverage only, by implementation and verdict.
    """

    by_stage: dict[tuple[str, str], Distribution] = field(default_factory=lambda: defaultdict(Distribution))
    by_implementation: dict[tuple[str, str, str], Distribution] = field(
        default_factory=lambda: defaultdict(Distribution)
    )
    alarms: list[Row] = field(default_factory=list)
    marginal: list[Row] = field(default_factory=list)
    not_judged: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        """How many observables were judged."""
        return sum(distribution.count for distribution in self.by_stage.values())

    def add(self, rows: Iterable[Counted]) -> None:
        """Count rows of one case."""
        for each in rows:
            row = each.row
            if not row.passed and not row.failed:
                self.not_judged[row.run.implementation, row.verdict] += 1
                continue
            if row.failed:
                self.alarms.append(row)
            elif row.reason:
                self.marginal.append(row)
            self.by_stage[each.operator, row.observable.kind].add(row)
            self.by_implementation[row.run.implementation, row.run.version, row.run.dtype].add(row)


def _rows(implementations: tuple[str, ...], case: Case) -> list[Counted]:
    plugins, chosen = _loaded(implementations)
    problem = make_problem(case)
    found: list[Counted] = []
    for implementation in chosen:
        rows = judge(problem, Subject.of(implementation, case), run(implementation, problem)).rows
        if any(row.failed for row in rows):
            heard = _heard(plugins).rows(case, implementation)
            rows = tuple(row for row in heard if row.observable.kind != PURITY)
        found += [Counted(_operator(case, row), row) for row in rows]
    return found


def _operator(case: Case, row: Row) -> str:
    state = {(node.name, part) for node in case.network.nodes for part in node.state}
    about = row.observable
    by_optimizer = about.kind == "update" and (about.layer, about.part) not in state
    return case.the_optimizer.kind if by_optimizer else row.layer_kind


@cache
def _loaded(implementations: tuple[str, ...]) -> tuple[Plugins, tuple[Implementation, ...]]:
    return load_and_choose(implementations)


def _heard(plugins: Plugins) -> Verification:
    # Nothing is stored: the seeds of a calibration are not drawn again.
    reference = Reference(reference_among(plugins), None)
    return Verification(reference, plugins.implementations.get(SECOND_WITNESS))
