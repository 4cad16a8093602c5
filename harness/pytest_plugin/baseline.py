"""``--baseline`` and ``--baseline-fail``: what changed since an earlier run, and whether that fails this one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from harness.errors import HarnessError
from harness.pytest_plugin.options import begins_here, group_of, refusing

if TYPE_CHECKING:
    import pandas

    from harness.report.baseline import Changes, Kind
    from harness.report.report import Report

BASELINE = pytest.StashKey["Baseline"]()


@dataclass(frozen=True)
class Baseline:
    """An earlier run.

    Attributes:
        rows: its rows.
        file: the name of their file.
        failing: kinds of change that fail the run.
    """

    rows: "pandas.DataFrame"
    file: str
    failing: "frozenset[Kind]"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = group_of(parser)
    group.addoption("--baseline", metavar="CSV", help="compare with the report.csv of an earlier run")
    group.addoption(
        "--baseline-fail",
        metavar="KINDS",
        help="changes against the baseline that fail the run: newly-failing, vanished, … separated by commas",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Read the baseline before this run's reports replace it."""
    if begins_here(config) and (config.option.baseline or config.option.baseline_fail is not None):
        with refusing():
            config.stash[BASELINE] = _read(config)


def changes_in(report: "Report", config: pytest.Config) -> "Changes | None":
    """Return what changed since the baseline; None without one."""
    from harness.report.baseline import compare_with

    baseline = config.stash.get(BASELINE, None)
    return compare_with(report, baseline.rows, baseline.file) if baseline else None


def regressions_in(changes: "Changes | None", config: pytest.Config) -> int:
    """Return how many of the changes are of a kind that fails the run."""
    return len(changes.failing(config.stash[BASELINE].failing)) if changes else 0


def _read(config: pytest.Config) -> Baseline:
    from harness.report.baseline import kinds_of_change
    from harness.report.csv_file import read_csv

    file, failing = config.option.baseline, config.option.baseline_fail
    if not file:
        raise HarnessError("--baseline-fail needs --baseline PREVIOUS.csv to compare with.")
    kinds = kinds_of_change(failing) if failing is not None else frozenset()
    return Baseline(read_csv(config.invocation_params.dir / file), file, kinds)
