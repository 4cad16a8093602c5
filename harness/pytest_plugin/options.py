"""What the options of every feature share: one group in pytest's help, and one way to refuse what cannot work."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from harness.errors import HarnessError


def group_of(parser: pytest.Parser) -> pytest.OptionGroup:
    """Return the group that the options belong to."""
    return parser.getgroup("harness", "verification of neural-network implementations")


def begins_here(config: pytest.Config) -> bool:
    """True in the process that was called, and not in those that it distributes a run to."""
    return not hasattr(config, "workerinput")


@contextmanager
def refusing() -> Iterator[None]:
    """End the run before anything is collected, where an option cannot work."""
    try:
        yield
    except HarnessError as error:
        raise pytest.UsageError(f"harness: {error}") from None
