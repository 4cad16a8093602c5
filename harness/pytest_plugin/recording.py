"""Gathers the rows of a run from all processes, keeps them on disk as they come, and writes the reports."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.errors import HarnessError
from harness.judging.row import Row
from harness.pytest_plugin.setup import Setup
from harness.report.baseline import Changes, compare_with
from harness.report.columns import columns, row_of, values
from harness.report.default_writers import default_writers
from harness.report.environment import environment
from harness.report.report import Report
from harness.report.terminal import summary
from harness.stores.journal import Journal, left_behind

# Node id, case id, implementation, and how many observables the case requires.
Planned = tuple[str, str, str, int]


def plain(row: Row) -> list[Any]:
    """Return a row as a list of text, numbers, lists of them and None, which reports of distributed runs can carry."""
    return [list(value) if isinstance(value, tuple) else value for value in values(row)]


class Recording:
    """What a run has planned and found so far.

    Attributes:
        planned: by node id.
        lines: what to print at the end; empty before ``finish``.
    """

    def __init__(self, setup: Setup) -> None:
        self.planned: dict[str, Planned] = {}
        self.lines: list[str] = []
        self._setup = setup
        self._rows: dict[str, list[Row]] = {}
        self._unkept = ""
        self._earlier = left_behind(setup.reports)
        self._journal = Journal(setup.reports, columns())

    def plan(self, planned: Iterable[Planned]) -> None:
        """Note what is to be run."""
        self.planned.update((each[0], each) for each in planned)

    def add(self, nodeid: str, rows: Sequence[Sequence[Any]]) -> None:
        """Record the rows of one item; they are on disk when this returns, or a finding says why not."""
        try:
            self._journal.add(rows)
        except OSError as error:
            self._unkept = f"rows could not be kept on disk as they came ({self._journal.path}: {error.strerror})"
        self._rows[nodeid] = [row_of(row) for row in rows]

    def header(self) -> list[str]:
        """Return the lines that say what is verified with what."""
        setup = self._setup
        names = ", ".join(implementation.name for implementation in setup.implementations)
        reference = setup.verification.reference.implementation
        lines = [
            f"harness: {names}, against {reference.name} in float64 ({reference.version}); seed: {self._seed}",
            f"harness: {len(setup.oracle):,} of Keras's results are stored in {setup.oracle.path}",
        ]
        lines += [f"harness: {plugin}" for plugin in setup.plugins.quarantined]
        lines += [f"harness: {finding}" for finding in self._unfinished()]
        return lines

    def finish(self, lost: Mapping[str, str], *, interrupted: bool) -> bool:
        """Write the reports and prepare the last lines; returns whether the run is good.

        Args:
            lost: by node id, why the process died that ran it.
            interrupted: whether somebody ended the run early.
        """
        if not self._rows:
            why = "the run ended before its first case" if self.planned else "no case was selected"
            # The reports of an earlier run stay: this one has nothing to put in their place.
            self.lines = [f"{why}, so nothing was verified"]
            return False
        report = self._report(lost, interrupted)
        changes = self._changes(report)
        files, unwritten = self._write(report)
        self.lines = summary(report, files, changes)
        self.lines += [f"ERROR: {error}" for error in unwritten]
        self._journal.close(keep=not files)
        if report.rows and not files:
            self.lines.append(f"the rows are in {self._journal.path}")
        regressions = changes.failing(self._setup.failing_changes) if changes else ()
        if regressions:
            self.lines.append(f"NOT GOOD: {len(regressions):,} changes of the kinds that --baseline-fail names")
        return report.passed and not unwritten and not regressions

    @property
    def _seed(self) -> str:
        return "each case's own" if self._setup.seed is None else str(self._setup.seed)

    def _unfinished(self) -> list[str]:
        return [f"a run was killed, or goes on elsewhere; the rows it has are in {path}" for path in self._earlier]

    def _report(self, lost: Mapping[str, str], interrupted: bool) -> Report:
        setup = self._setup
        findings = [str(plugin) for plugin in setup.plugins.quarantined] + setup.oracle.findings
        findings += [f"the process died that ran {nodeid}: {reason}" for nodeid, reason in lost.items()]
        findings += self._unfinished()
        findings += ["the run was interrupted"] if interrupted else []
        findings += [self._unkept] if self._unkept else []
        return Report(
            tuple(row for nodeid in self.planned for row in self._rows.get(nodeid, [])),
            {(case, implementation): count for _, case, implementation, count in self.planned.values()},
            environment(setup.verification.reference.implementation)
            | {"seed": self._seed, "implementations": ", ".join(i.name for i in setup.implementations)},
            tuple(findings),
            {(case, name): setup.from_here(nodeid) for nodeid, case, name, _ in self.planned.values()},
            setup.options,
        )

    def _changes(self, report: Report) -> Changes | None:
        return compare_with(report, *self._setup.baseline) if self._setup.baseline else None

    def _write(self, report: Report) -> tuple[list[Path], list[str]]:
        """Return the files written, and why others could not be; one writer's failure stops no other."""
        files, errors = [], []
        for writer in (*default_writers(), *self._setup.plugins.writers):
            try:
                files.append(writer.write(report, self._setup.reports))
            except HarnessError as error:
                errors.append(str(error))
            except Exception as error:  # a plugin's writer may raise anything; it ends as a line and a failed run
                errors.append(f"writer {writer.name!r} raised {type(error).__name__}: {error}")
        return files, errors
