"""A Report: all rows of a run with its environment, and whether the run is good."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.errors import HarnessError
from harness.implementation.contract import REFERENCE
from harness.judging.row import COVERAGE, PURITY, Row, Run, Verdict

if TYPE_CHECKING:
    import pandas

_DEFECT = "This is a defect of the harness; please report it."


class IncompleteReport(HarnessError):
    """The rows do not add up to what was run."""


@dataclass(frozen=True, repr=False)
class Report:
    """Everything a run found out.

    Attributes:
        rows: every row, in the order of the run.
        planned: observables required of each ``(case id, implementation)`` that was to be run.
        environment: versions, seed, flags and where results are stored, by name.
        findings: what else must not pass in silence: quarantined plugins, written inputs, an interruption.
        tests: pytest's node id by ``(case id, implementation)``, for the command that reproduces a row.
        options: what pytest needs beside it, by implementation.
    """

    rows: tuple[Row, ...]
    planned: Mapping[tuple[str, str], int]
    environment: Mapping[str, str]
    findings: tuple[str, ...] = ()
    tests: Mapping[tuple[str, str], str] = field(default_factory=dict)
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        counted = Counter({(row.run.case, row.run.implementation): 0 for row in self.rows})
        counted.update((row.run.case, row.run.implementation) for row in self.rows if row.required)
        for pair, rows in counted.items():
            if rows != self.planned.get(pair):
                raise IncompleteReport(
                    f"{pair[0]} by {pair[1]}: expected {self.planned.get(pair)} rows, got {rows}. {_DEFECT}"
                )
        seen: set[tuple[str, str, str]] = set()
        for row in self.rows:
            name = row.run.case, row.run.implementation, row.observable.name
            if name in seen:
                raise IncompleteReport(f"{' · '.join(name)}: expected one row, got several. {_DEFECT}")
            seen.add(name)

    def __repr__(self) -> str:
        return f"<Report: {self.headline}; print() shows it>"

    def __str__(self) -> str:
        from harness.report.terminal import summary

        return "\n".join(summary(self))

    def _repr_html_(self) -> str:
        from harness.report.notebook import as_html

        return as_html(self)

    def to_frame(self) -> "pandas.DataFrame":
        """Return the rows as a data frame with the columns and the order of the CSV, and typed values."""
        from harness.report.columns import by_column, frame, in_order

        return frame(by_column(in_order(self.rows)))

    @property
    def headline(self) -> str:
        """One line: good or not, and why."""
        if self.faults:
            return f"NOT GOOD: {'; '.join(self.faults)}"
        shown = self.observables
        passed = sum(row.passed for row in shown)
        doubtful = sum(bool(row.untrusted) for row in shown if row.passed)
        trust = f" ({doubtful:,} of them untrusted)" if doubtful else ""
        unjudged = len(shown) - passed
        return f"GOOD: {passed:,} observables passed{trust}" + (
            f", {unjudged:,} of {len(shown):,} were not judged" if unjudged else ", none failed"
        )

    @property
    def observables(self) -> tuple[Row, ...]:
        """The rows without those about purity, of which no number makes a run good."""
        return tuple(row for row in self.rows if row.observable.kind != PURITY)

    @property
    def purity(self) -> tuple[Row, ...]:
        """The rows about purity."""
        return tuple(row for row in self.rows if row.observable.kind == PURITY)

    @property
    def counts(self) -> dict[Verdict, int]:
        """Rows by verdict, the most frequent first."""
        return dict(Counter(row.verdict for row in self.rows).most_common())

    @property
    def implementations(self) -> tuple[str, ...]:
        """Names in the order in which they were planned."""
        return tuple(dict.fromkeys(implementation for _, implementation in self.planned))

    @property
    def not_run(self) -> tuple[tuple[str, str], ...]:
        """Pairs of case and implementation that were planned and have no row, after an interruption."""
        done = {(row.run.case, row.run.implementation) for row in self.rows}
        return tuple(pair for pair in self.planned if pair not in done)

    @property
    def faults(self) -> tuple[str, ...]:
        """Sentences that say why the run is not good; empty for a good run."""
        faults = []
        for what, rows in (("observables", self.observables), ("looks at purity", self.purity)):
            failed = sum(row.failed for row in rows)
            if failed:
                faults.append(f"{failed:,} of {len(rows):,} {what} failed")
        if not self.rows:
            faults.append("nothing was compared")
        if self.not_run:
            faults.append(f"{len(self.not_run):,} of {len(self.planned):,} runs of a case were not carried out")
        for name in self.implementations:
            rows = tuple(row for row in self.observables if row.run.implementation == name)
            verdicts = Counter(row.verdict for row in rows)
            if verdicts and not verdicts["pass"]:
                counted = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common())
                faults.append(f"nothing of {name} passed ({counted})")
            elif verdicts and not any(row.passed and not row.untrusted for row in rows):
                faults.append(f"nothing that {name} passed can be trusted ({verdicts['pass']:,} untrusted)")
        return tuple(faults)

    @property
    def noted(self) -> tuple[str, ...]:
        """The findings, and those that the rows themselves tell of."""
        return (
            *self.findings,
            *self._declarations(),
            *self._conventions(),
            *self._remarks(),
            *self._lone_references(),
            *self._cases_without_trust(),
            *self._without_purity(),
        )

    @property
    def passed(self) -> bool:
        """True when something passed and nothing failed, in the run and for every implementation in it."""
        return not self.faults

    @property
    def coverage(self) -> dict[str, tuple[int, int]]:
        """For each implementation: observables judged, and observables required by the plan.

        A row that nobody asked for, or about purity, is neither; a run that was not carried out is required and not
        judged.
        """
        judged = Counter(row.run.implementation for row in self.rows if row.verdict not in COVERAGE and row.required)
        required: Counter[str] = Counter()
        for (_, implementation), count in self.planned.items():
            required[implementation] += count
        return {name: (judged[name], required[name]) for name in self.implementations}

    @property
    def _runs(self) -> dict[Run, None]:
        return dict.fromkeys(row.run for row in self.rows)

    def _declarations(self) -> list[str]:
        declared = dict.fromkeys((run.implementation, run.dtype, run.declared) for run in self._runs if run.declared)
        return [
            f"{name} declares an arithmetic other than {dtype}'s: {declaration}; its passes say as much less"
            for name, dtype, declaration in declared
        ]

    def _conventions(self) -> list[str]:
        declared = dict.fromkeys((run.implementation, run.conventions) for run in self._runs if run.conventions)
        return [f"{name} declares {conventions}" for name, conventions in declared]

    def _remarks(self) -> list[str]:
        remarks = Counter((row.run.implementation, row.reason) for row in self.rows if row.passed and row.reason)
        return [
            f"{name}: {remark}" + (f" (on {count:,} passing rows)" if count > 1 else "")
            for (name, remark), count in remarks.most_common()
        ]

    def _lone_references(self) -> list[str]:
        places = {(row.run.case, row.observable.name) for row in self.rows if row.reference}
        if not places:
            return []
        kinds = sorted({row.layer_kind for row in self.rows if row.reference})
        return [
            f"Keras in float64 differs from the definition in {len(places):,} observables ({', '.join(kinds)}); "
            "implementations are held to the definition. The column reference marks them"
        ]

    def _without_purity(self) -> list[str]:
        looked_at = {row.run.implementation for row in self.purity}
        passed = dict.fromkeys(row.run.implementation for row in self.observables if row.passed)
        return [
            f"the purity of {name} was not looked at: it computes none of the cases that are run again for that"
            for name in passed
            if name not in looked_at and name != REFERENCE
        ]

    def _cases_without_trust(self) -> list[str]:
        passed = [row for row in self.observables if row.passed]
        judged = {(row.run.implementation, row.run.case) for row in passed}
        trusted = {(row.run.implementation, row.run.case) for row in passed if not row.untrusted}
        without = Counter(name for name, _ in judged - trusted)
        return [
            f"{name} has {count:,} case{'s' if count > 1 else ''} without any row that can be trusted"
            for name, count in sorted(without.items())
        ]
