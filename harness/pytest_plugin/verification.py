"""What cases are verified with: the implementations of a run, and the store of Keras's results."""

from typing import TYPE_CHECKING

import pytest

from harness.pytest_plugin.implementations import chosen
from harness.pytest_plugin.options import begins_here, refusing
from harness.pytest_plugin.reports import folder_of

if TYPE_CHECKING:
    from harness.stores.oracle import Oracle
    from harness.verification import Verification

VERIFICATION = pytest.StashKey["Verification"]()
ORACLE = pytest.StashKey["Oracle"]()


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a folder that cannot be written before anything is collected, where it is certain to be needed."""
    if begins_here(config) and config.option.impl:
        with refusing():
            verification_of(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close the store, however the run came to its end."""
    if ORACLE in config.stash:
        config.stash[ORACLE].close()


def awake(config: pytest.Config) -> bool:
    """True once this process has met something to verify; until then there is no part in the run."""
    return VERIFICATION in config.stash


def oracle_of(config: pytest.Config) -> "Oracle":
    """Return the store of Keras's results, opened at the first call.

    Raises:
        HarnessError: the reports folder cannot be written.
    """
    if ORACLE not in config.stash:
        from harness.stores import oracle

        config.stash[ORACLE] = oracle.Oracle(folder_of(config) / "oracle.sqlite")
    return config.stash[ORACLE]


def verification_of(config: pytest.Config) -> "Verification":
    """Return what verifies case after case, made at the first call.

    Raises:
        HarnessError: plugins, options or the reports folder do not allow a run.
    """
    if VERIFICATION not in config.stash:
        from harness.verification import verification_with

        config.stash[VERIFICATION] = verification_with(chosen(config).plugins, oracle_of(config))
    return config.stash[VERIFICATION]
