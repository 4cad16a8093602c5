"""What the author of a case file or of a conftest.py can mend: one line with its place instead of a traceback."""

import re
from collections.abc import Generator

import pytest

from harness.errors import HarnessError, nearest
from harness.pytest_plugin.implementations import too_late
from harness.pytest_plugin.verification import awake


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Show a mistake in a case file as one line with its place instead of a traceback."""
    report = yield
    if awake(collector.config) and report.outcome == "passed":
        late = too_late(collector.config)
        if late:
            report.outcome, report.longrepr, report.result = "failed", f"harness: {late}", []
    call = vars(report).get("call")
    if report.outcome == "failed" and call is not None and call.excinfo is not None:
        message = _mistake(collector, call.excinfo)
        if message:
            report.longrepr = message
    return report


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
