"""The marker ``slow``: cases that run only when they are asked for."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest of the marker."""
    config.addinivalue_line("markers", "slow: cases that take seconds; they run with -m slow, or named by their id")


def without_slow(config: pytest.Config, collected: list[pytest.Item]) -> list[pytest.Item]:
    """Return the items without slow ones, unless markers or a test id ask for them; pytest counts those left out."""
    from harness.pytest_plugin.items import VerificationItem

    if config.option.markexpr or any("::" in argument for argument in config.args):
        return collected
    slow = [item for item in collected if isinstance(item, VerificationItem) and item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
    left_out = set(slow)
    return [item for item in collected if item not in left_out]
