"""Test items: one for each case and implementation, its observables as rows inside it."""

import inspect
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.cases.case import Case
from harness.cases.grid import Cases, PluginCases
from harness.cases.observables import required
from harness.errors import HarnessError
from harness.implementation.contract import Implementation
from harness.judging.row import Row
from harness.pytest_plugin.implementations import chosen
from harness.pytest_plugin.keys import PLAN, ROWS
from harness.pytest_plugin.recording import Planned, from_here, plain
from harness.pytest_plugin.seed import seed_of
from harness.pytest_plugin.verification import verification_of
from harness.report.failure import failure_text, stage
from harness.report.junit import junit_properties
from harness.report.severity import how_bad, worst_first
from harness.verification import Verification, is_reference


class Failed(Exception):
    """Some observables failed; the item's rows say which."""


class FailureText:
    """What pytest prints of a failing item, and of it in its last lines."""

    def __init__(self, text: str, short: str) -> None:
        self.text = text
        # pytest looks for this attribute, and for its message, when it lists the failing tests at the end.
        self.reprcrash = _Short(short)

    def __str__(self) -> str:
        return self.text

    def toterminal(self, tw: Any) -> None:
        """Write to pytest's terminal."""
        tw.line(self.text)


class _Short:
    def __init__(self, message: str) -> None:
        self.message = message


class VerificationItem(pytest.Item):
    """One case by one implementation."""

    def __init__(
        self,
        *,
        case: Case,
        implementation: Implementation,
        verification: Verification,
        options: Sequence[str],
        function: Any,
        **arguments: Any,
    ) -> None:
        super().__init__(**arguments)
        self.case = case
        self.implementation = implementation
        self.rows: Sequence[Row] = ()
        self._verification = verification
        self._options = options
        self._function = function

    @property
    def planned(self) -> Planned:
        """What this item will have rows for."""
        return self.nodeid, self.case.name, self.implementation.name, len(required(self.case))

    def runtest(self) -> None:
        """Verify; skip where nothing was judged."""
        self._plan_audits()
        self.rows = self._verification.rows(self.case, self.implementation)
        self.user_properties += junit_properties(self.rows)
        if any(row.failed for row in self.rows):
            raise Failed
        if not any(row.passed and row.required for row in self.rows):
            pytest.skip(f"{self.rows[0].verdict}: {self.rows[0].reason}")

    def _plan_audits(self) -> None:
        """Tell once what is selected: in each process of a distributed run it is the whole run's."""
        if not self.session.stash.get(_AUDITS_PLANNED, False):
            self.session.stash[_AUDITS_PLANNED] = True
            selected = [item for item in self.session.items if isinstance(item, VerificationItem)]
            self._verification.plan((item.case, item.implementation.name) for item in selected)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return what went wrong, without a traceback into this package where the user can mend it."""
        if isinstance(excinfo.value, Failed):
            worst = worst_first(self.rows)[0]
            short = f"{stage(worst)}: {how_bad(worst) or worst.verdict}"
            return FailureText(failure_text(self.rows, from_here(self.config, self.nodeid), self._options), short)
        if isinstance(excinfo.value, HarnessError):
            return f"harness: {self.case.name}: {excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return the place of the marked function."""
        _, line = inspect.getsourcelines(self._function)
        return self.path, line - 1, self.name


class RefusedItem(pytest.Item):
    """What cannot be verified, and says why where it would have run: also in a process of a distributed run."""

    def __init__(self, *, refused: VerificationItem, why: str, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._refused = refused
        self._why = why

    @property
    def planned(self) -> Planned:
        """What this item will have no rows for, so that the report counts it as not run."""
        nodeid, case, implementation, observables = self._refused.planned
        return nodeid, f"{case} (a second case of this name)", implementation, observables

    def runtest(self) -> None:
        """Fail."""
        raise HarnessError(self._why)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return the place of the marked function."""
        return self._refused.reportinfo()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return the reason, without a traceback."""
        return f"harness: {self._why}"


def items(collector: pytest.Collector, name: str, function: Any, cases: Cases | PluginCases) -> list[pytest.Item]:
    """Make an item for each case and implementation, those of one case beside one another.

    Keras in float64 is what everything is compared with, so that it has no item of its own.
    """
    config = collector.config
    verification, run, seed = verification_of(config), chosen(config), seed_of(config)
    wanted = Cases(run.plugins.cases) if isinstance(cases, PluginCases) else cases
    drawn = wanted if seed is None else wanted.with_seed(seed)
    marks = getattr(function, "pytestmark", [])
    found: list[pytest.Item] = []
    for case in drawn:
        for implementation in run.implementations:
            if is_reference(case, implementation):
                continue
            title = f"{name}[{case.name}-{implementation.name}]"
            item = VerificationItem.from_parent(
                collector,
                name=title,
                # Without it, pytest would not tell the part in brackets from the name, and --lf would not find it.
                nodeid=f"{collector.nodeid}::{title}",
                case=case,
                implementation=implementation,
                verification=verification,
                options=run.options[implementation.name],
                function=function,
            )
            for mark in marks:
                item.add_marker(getattr(pytest.mark, mark.name).with_args(*mark.args, **mark.kwargs))
            found.append(item)
    return found


def without_equal_names(collected: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return the items, with one that fails in the place of each whose case has the name of an earlier one.

    A report could not tell the two apart.
    """
    seen: dict[tuple[str, str], str] = {}
    distinct: list[pytest.Item] = []
    for item in collected:
        if isinstance(item, VerificationItem):
            pair = item.case.name, item.implementation.name
            if pair in seen:
                why = (
                    f"expected every case to have a name of its own, got {item.case.name!r} in {seen[pair]} and in "
                    f"{item.nodeid}. Give one grid another name=."
                )
                item = RefusedItem.from_parent(
                    item.parent or item.session, name=item.name, nodeid=item.nodeid, refused=item, why=why
                )
            else:
                seen[pair] = item.nodeid
        distinct.append(item)
    return distinct


def attach_rows(item: pytest.Item, report: pytest.TestReport) -> None:
    """Put an item's rows on its report; in a process of a distributed run, its first report carries the plan too."""
    if isinstance(item, VerificationItem):
        if report.skipped and isinstance(report.longrepr, tuple):
            path, line, _ = item.reportinfo()
            report.longrepr = str(path), line + 1, report.longrepr[2]
        vars(report)[ROWS] = [plain(row) for row in item.rows]
        # pytest keeps the item to the end, the recording its rows.
        item.rows = ()
        if hasattr(item.config, "workerinput") and not item.session.stash.get(_SENT, False):
            item.session.stash[_SENT] = True
            vars(report)[PLAN] = [list(planned) for planned in planned_of(item.session.items)]


_SENT = pytest.StashKey[bool]()
_AUDITS_PLANNED = pytest.StashKey[bool]()


def planned_of(collected: Iterable[pytest.Item]) -> list[Planned]:
    """Return what the verifying ones among some items will have rows for, or will be missed for."""
    return [item.planned for item in collected if isinstance(item, VerificationItem | RefusedItem)]
