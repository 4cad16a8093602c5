"""Collection: a function marked by ``verifies`` becomes test items, and their reports carry what they found."""

from collections.abc import Generator

import pytest

from harness.pytest_plugin.slow import without_slow
from harness.pytest_plugin.verification import awake


def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> list[pytest.Item] | None:
    """Make one item for each case and implementation of a function marked by ``verifies``."""
    cases = getattr(obj, "harness_cases", None)
    if cases is None or not isinstance(collector, pytest.Module | pytest.Class) or not collector.funcnamefilter(name):
        return None
    from harness.pytest_plugin.items import items

    return items(collector, name, obj, cases)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave slow cases out unless they are asked for, and refuse two cases of one name."""
    if awake(config):
        from harness.pytest_plugin.items import without_equal_names

        items[:] = without_equal_names(without_slow(config, items))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Send an item's rows along with its report, which reaches the recorder from any process."""
    report = yield
    if awake(item.config) and call.when == "call":
        from harness.pytest_plugin.items import attach_rows

        attach_rows(item, report)
    return report
