"""What one pytest process verifies with: plugins, chosen implementations, the store of Keras's results."""

import argparse
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.errors import HarnessError
from harness.implementation.contract import Implementation
from harness.plugins.found import Plugins
from harness.plugins.from_pytest import modules_of
from harness.plugins.loading import close, load_and_choose
from harness.pytest_plugin.plugin import EARLY
from harness.report.baseline import Kind, kinds_of_change
from harness.report.csv_file import read_csv
from harness.stores.oracle import Oracle
from harness.verification import Verification, verification_with
from harness.workers.isolated import Loader
from harness.workers.limits import Limits, limit_all

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Setup:
    """Everything that the options and the environment decide.

    Attributes:
        plugins: all that was found.
        implementations: those to verify, in order.
        verification: verifies case after case.
        oracle: the store of Keras's results.
        reports: the folder for everything that is written.
        seed: replaces the seed of every case; None leaves it.
        baseline: rows of an earlier run, and the name of its file.
        failing_changes: kinds of change that fail the run.
        options: what pytest needs beside a test's id to repeat it, by implementation.
        from_here: turns a test's id into one that pytest finds from where it was called.
    """

    plugins: Plugins
    implementations: tuple[Implementation, ...]
    verification: Verification
    oracle: Oracle
    reports: Path
    seed: int | None
    baseline: "tuple[pandas.DataFrame, str] | None"
    failing_changes: frozenset[Kind]
    options: Mapping[str, tuple[str, ...]]
    from_here: Callable[[str], str]


def begin(config: pytest.Config) -> Setup:
    """Load plugins, open the store and read the baseline.

    Raises:
        HarnessError: any of them does not allow a run.
    """
    option = config.option
    if option.seed is not None and option.seed < 0:
        raise HarnessError(f"--seed expected an integer of 0 or more, got {option.seed}.")
    if option.baseline_fail is not None and not option.baseline:
        raise HarnessError("--baseline-fail needs --baseline PREVIOUS.csv to compare with.")
    invoked_in = config.invocation_params.dir
    failing = kinds_of_change(option.baseline_fail) if option.baseline_fail is not None else frozenset()
    # Read before this run's reports replace it.
    baseline = (read_csv(invoked_in / option.baseline), option.baseline) if option.baseline else None
    limits = Limits(option.time_limit, option.memory_limit)
    load_named = None if option.in_process else Loader(limits)
    early = config.stash[EARLY]
    plugins, implementations = load_and_choose(option.impl, load_named, modules_of(config, early))
    limit_all(implementations, limits)
    for aside in plugins.quarantined:
        if aside.origin in (option.plugins or ()):
            close(plugins.implementations.values())
            raise HarnessError(str(aside))
    reports = invoked_in / option.reports if option.reports else config.rootpath / "reports"
    oracle = Oracle(reports / "oracle.sqlite")
    return Setup(
        plugins,
        implementations,
        verification_with(plugins, oracle),
        oracle,
        reports,
        option.seed,
        baseline,
        failing,
        {each.name: _options(each, plugins, option) for each in implementations},
        partial(from_here, config),
    )


def from_here(config: pytest.Config, nodeid: str) -> str:
    """Return a test's id as pytest finds it from where it was called; ids themselves begin at its rootdir."""
    file, separator, test = nodeid.partition("::")
    return f"{os.path.relpath(config.rootpath / file, config.invocation_params.dir)}{separator}{test}"


def too_late(config: pytest.Config) -> str:
    """Return what is wrong with a conftest.py with hooks that pytest did not import at its start; empty without one.

    pytest imports those of deeper folders when it collects there, which is too late for ``--impl`` and for the cases of
    files before.
    """
    early = config.stash[EARLY]
    late = {name for name, _ in config.pluginmanager.list_name_plugin()} - early
    for origin in modules_of(config, late):
        return (
            f"{origin} has hooks, but pytest meets it only while collecting, after plugins were loaded. Move the hooks "
            f"to the conftest.py of pytest's rootdir, or name the folder: pytest {Path(origin).parent}"
        )
    return ""


def _options(implementation: Implementation, plugins: Plugins, option: argparse.Namespace) -> tuple[str, ...]:
    origin = plugins.origin_of(implementation)
    of_pytest = origin in (option.plugins or ())
    named = origin in option.impl and not of_pytest
    needed = origin if named else "" if implementation.default else implementation.name
    return (
        *(("-p", origin) if of_pytest else ()),
        *(("--impl", needed) if needed else ()),
        *(("--in-process",) if named and option.in_process else ()),
        *(("--seed", str(option.seed)) if option.seed is not None else ()),
    )
