"""The pytest plugin: options, and everything else only once a test marked by ``verifies`` is collected.

Every pytest run in an environment with this package loads it, so it imports nothing heavy and says nothing until then.
"""

import re
from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING

import pytest

from harness.errors import HarnessError, nearest

if TYPE_CHECKING:
    from harness.cases.case import Case
    from harness.cases.problem import Array
    from harness.pytest_plugin.recording import Recording
    from harness.pytest_plugin.setup import Setup

SETUP = pytest.StashKey["Setup"]()
RECORDER = "harness-recorder"
# The names of pytest's plugins at its start. What it meets while collecting differs between the processes of a run.
EARLY = pytest.StashKey[frozenset[str]]()

# Attributes by which a test's report carries rows, and once the plan, from the process that ran it.
ROWS = "harness_rows"
PLAN = "harness_plan"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a verification run."""
    group = parser.getgroup("harness", "verification of neural-network implementations")
    group.addoption(
        "--impl",
        action="append",
        default=[],
        metavar="NAME|FILE",
        help="implementation to verify: a name ('harness plugins' lists them), a Python file, or a package; may be "
        "repeated. What a file or package offers runs in a process of its own, but not what -p or a conftest.py brings",
    )
    group.addoption(
        "--in-process", action="store_true", help="run what files and packages offer in pytest's own process, unlimited"
    )
    group.addoption(
        "--time-limit",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="for each case in a process of its own (default: 10)",
    )
    group.addoption(
        "--memory-limit",
        type=int,
        default=2048,
        metavar="MIB",
        help="for each process of its own, with the processes it starts (default: 2048)",
    )
    group.addoption("--seed", type=int, metavar="N", help="draw every case anew from this seed")
    group.addoption(
        "--reports", metavar="DIR", help="where reports and stored results go (default: reports/ in pytest's rootdir)"
    )
    group.addoption("--baseline", metavar="CSV", help="compare with the report.csv of an earlier run")
    group.addoption(
        "--baseline-fail",
        metavar="KINDS",
        help="changes against the baseline that fail the run: newly-failing, vanished, … separated by commas",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Prepare to record rows, and refuse options that cannot work before anything is collected."""
    config.addinivalue_line("markers", "slow: cases that take seconds; they run with -m slow, or named by their id")
    config.stash[EARLY] = frozenset(name for name, _ in config.pluginmanager.list_name_plugin())
    if hasattr(config, "workerinput"):
        return
    config.pluginmanager.register(Recorder(config), RECORDER)
    option = config.option
    impossible = not (option.time_limit > 0 and option.memory_limit > 0)
    if option.impl or option.baseline or option.baseline_fail is not None or option.seed is not None or impossible:
        try:
            setup_of(config)
        except HarnessError as error:
            raise pytest.UsageError(f"harness: {error}") from None


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what runs in other processes and close the store, however the run came to its end."""
    if SETUP in config.stash:
        from harness.plugins.loading import close

        close(config.stash[SETUP].plugins.implementations.values())
        config.stash[SETUP].oracle.close()


def setup_of(config: pytest.Config) -> "Setup":
    """Return what this process verifies with, made at the first call.

    Raises:
        HarnessError: plugins, options or the reports folder do not allow a run.
    """
    if SETUP not in config.stash:
        from harness.pytest_plugin.setup import begin

        config.stash[SETUP] = begin(config)
    return config.stash[SETUP]


def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> list[pytest.Item] | None:
    """Make one item for each case and implementation of a function marked by ``verifies``."""
    cases = getattr(obj, "harness_cases", None)
    if cases is None or not isinstance(collector, pytest.Module | pytest.Class) or not collector.funcnamefilter(name):
        return None
    from harness.pytest_plugin.items import items

    return items(collector, name, obj, cases, setup_of(collector.config))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave slow cases out unless they are asked for, and refuse two cases of one name."""
    if SETUP in config.stash:
        from harness.pytest_plugin.items import without_equal_names, without_slow

        items[:] = without_equal_names(without_slow(config, items))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Show a mistake in a case file as one line with its place instead of a traceback."""
    report = yield
    if SETUP in collector.config.stash and report.outcome == "passed":
        from harness.pytest_plugin.setup import too_late

        late = too_late(collector.config)
        if late:
            report.outcome, report.longrepr, report.result = "failed", f"harness: {late}", []
    call = vars(report).get("call")
    if report.outcome == "failed" and call is not None and call.excinfo is not None:
        message = _mistake(collector, call.excinfo)
        if message:
            report.longrepr = message
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Send an item's rows along with its report, which reaches the recorder from any process."""
    report = yield
    if SETUP in item.config.stash and call.when == "call":
        from harness.pytest_plugin.items import attach_rows

        attach_rows(item, report)
    return report


@pytest.fixture(scope="session")
def keras_observables(request: pytest.FixtureRequest) -> "Callable[[Case], Mapping[str, Array]]":
    """Return a function from a Case to Keras's observables in the case's dtype, stored or computed."""
    from harness.cases.problem import make_problem

    reference = setup_of(request.config).verification.reference

    def observables(case: "Case") -> "Mapping[str, Array]":
        trace = reference.trace(make_problem(case))
        if trace.status != "ok":
            raise HarnessError(f"Keras could not compute {case.name}: {trace.reason}")
        return trace.observables

    return observables


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

            self._recording = Recording(setup_of(self._config))
        return self._recording

    # Before pytest's own plugin, which asks for the header in the same hook.
    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note what is to be run, after selection."""
        if SETUP in self._config.stash:
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


def _mistake(collector: pytest.Collector, excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    """Return one line for what the author of a case file can mend; empty for anything else."""
    root = collector.config.rootpath
    inside = [entry for entry in excinfo.traceback if str(entry.path) == str(collector.path)]
    place = f"{collector.path.relative_to(root) if collector.path.is_relative_to(root) else collector.path}"
    place = f"{place}:{inside[-1].lineno + 1}: " if inside else ""
    if isinstance(excinfo.value, HarnessError):
        return f"harness: {place}{excinfo.value}"
    # pytest has made text of an ImportError, with the place in it.
    text = str(excinfo.value)
    misspelt = re.search(r"cannot import name '(\w+)' from 'harness'", text)
    if misspelt:
        import harness

        where = re.findall(r"^(\S+:\d+): in <module>", text, re.MULTILINE)
        there = where[-1] if where else place
        return f"harness: {there}: harness has no {misspelt[1]}.{nearest(misspelt[1], dir(harness))}"
    return ""
