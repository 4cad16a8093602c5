"""The recorder: wakes the recording of rows when there is something to record."""

from typing import TYPE_CHECKING

import pytest

from harness.pytest_plugin.keys import PLAN, ROWS
from harness.pytest_plugin.options import begins_here
from harness.pytest_plugin.verification import awake

if TYPE_CHECKING:
    from harness.pytest_plugin.recording import Recording

RECORDER = "harness-recorder"


def pytest_configure(config: pytest.Config) -> None:
    """Prepare to record rows, in the process that was called."""
    if begins_here(config):
        config.pluginmanager.register(Recorder(config), RECORDER)


class Recorder:
    """Wakes the recording of rows when there is something to record; it has no part in any other pytest run."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._recording: Recording | None = None
        self._lost: dict[str, str] = {}

    @property
    def recording(self) -> "Recording":
        """The recording of this run, begun at the first call."""
        if self._recording is None:
            from harness.pytest_plugin.recording import Recording

            self._recording = Recording(self._config)
        return self._recording

    # Before pytest's own plugin, which asks for the header in the same hook.
    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note what is to be run, after selection."""
        if awake(self._config):
            from harness.pytest_plugin.items import planned_of

            self.recording.plan(planned_of(session.items))

    def pytest_report_collectionfinish(self) -> list[str]:
        """Say what is verified with what, once there is something to verify."""
        return self.recording.header() if self._recording and self._recording.planned else []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Record the rows of a test, from whichever process ran it."""
        if PLAN in vars(report):
            self.recording.plan(tuple(planned) for planned in vars(report)[PLAN])
        if ROWS in vars(report):
            # Taken off the report, which pytest keeps to the end.
            self.recording.add(report.nodeid, vars(report).pop(ROWS))
        elif report.when not in ("setup", "call", "teardown"):
            # A process of a distributed run died, maybe before it could say what it had planned.
            self._lost[report.nodeid] = str(report.longrepr)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the reports, and fail a run that is not good."""
        refused = exitstatus == pytest.ExitCode.USAGE_ERROR
        if self._recording and not self._config.option.collectonly and not refused:
            good = self.recording.finish(self._lost, interrupted=exitstatus == pytest.ExitCode.INTERRUPTED)
            if not good and exitstatus == pytest.ExitCode.OK:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """End with what a tired reader needs."""
        if self._recording and self.recording.lines:
            terminalreporter.section("harness")
            for line in self.recording.lines:
                terminalreporter.write_line(line)
