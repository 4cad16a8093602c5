"""``--time-limit`` and ``--memory-limit``: what a process of its own may take."""

from typing import TYPE_CHECKING

import pytest

from harness.pytest_plugin.options import group_of, refusing

if TYPE_CHECKING:
    from harness.workers.limits import Limits


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = group_of(parser)
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


def pytest_configure(config: pytest.Config) -> None:
    """Refuse limits that nothing can keep."""
    if not (config.option.time_limit > 0 and config.option.memory_limit > 0):
        with refusing():
            limits_of(config)


def limits_of(config: pytest.Config) -> "Limits":
    """Return the limits.

    Raises:
        HarnessError: nothing can keep them.
    """
    from harness.workers.limits import Limits

    return Limits(config.option.time_limit, config.option.memory_limit)
