"""Gathers the rows of a run from all processes, keeps them on disk as they come, and writes the reports."""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest

from harness.judging.row import Row
from harness.pytest_plugin import baseline, reports, seed
from harness.pytest_plugin.implementations import chosen
from harness.pytest_plugin.verification import oracle_of, verification_of
from harness.report.columns import columns, row_of, values
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

    def __init__(self, config: pytest.Config) -> None:
        self.planned: dict[str, Planned] = {}
        self.lines: list[str] = []
        self._config = config
        self._run = chosen(config)
        self._reference = verification_of(config).reference.implementation
        self._oracle = oracle_of(config)
        self._folder = reports.folder_of(config)
        self._rows: dict[str, list[Row]] = {}
        self._unkept = ""
        self._earlier = left_behind(self._folder)
        self._journal = Journal(self._folder, columns())

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
        reference, seeds = self._reference, seed.in_words(self._config)
        lines = [
            f"harness: {self._names}, against {reference.name} in float64 ({reference.version}); seed: {seeds}",
            f"harness: {len(self._oracle):,} of Keras's results are stored in {self._oracle.path}",
        ]
        lines += [f"harness: {plugin}" for plugin in self._run.plugins.quarantined]
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
        changes = baseline.changes_in(report, self._config)
        files, unwritten = reports.write(report, self._folder, self._run.plugins.writers)
        self.lines = summary(report, files, changes)
        self.lines += [f"ERROR: {error}" for error in unwritten]
        self._journal.close(keep=not files)
        if report.rows and not files:
            self.lines.append(f"the rows are in {self._journal.path}")
        regressions = baseline.regressions_in(changes, self._config)
        if regressions:
            self.lines.append(f"NOT GOOD: {regressions:,} changes of the kinds that --baseline-fail names")
        return report.passed and not unwritten and not regressions

    @property
    def _names(self) -> str:
        return ", ".join(implementation.name for implementation in self._run.implementations)

    def _unfinished(self) -> list[str]:
        return [f"a run was killed, or goes on elsewhere; the rows it has are in {path}" for path in self._earlier]

    def _report(self, lost: Mapping[str, str], interrupted: bool) -> Report:
        findings = [str(plugin) for plugin in self._run.plugins.quarantined] + self._oracle.findings
        findings += [f"the process died that ran {nodeid}: {reason}" for nodeid, reason in lost.items()]
        findings += self._unfinished()
        findings += ["the run was interrupted"] if interrupted else []
        findings += [self._unkept] if self._unkept else []
        return Report(
            tuple(row for nodeid in self.planned for row in self._rows.get(nodeid, [])),
            {(case, implementation): count for _, case, implementation, count in self.planned.values()},
            environment(self._reference) | {"seed": seed.in_words(self._config), "implementations": self._names},
            tuple(findings),
            {(case, name): from_here(self._config, nodeid) for nodeid, case, name, _ in self.planned.values()},
            self._run.options,
        )


def from_here(config: pytest.Config, nodeid: str) -> str:
    """Return a test's id as pytest finds it from where it was called; ids themselves begin at its rootdir."""
    file, separator, test = nodeid.partition("::")
    return f"{os.path.relpath(config.rootpath / file, config.invocation_params.dir)}{separator}{test}"
