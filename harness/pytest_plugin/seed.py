"""``--seed``: every case drawn anew."""

import pytest

from harness.errors import HarnessError
from harness.pytest_plugin.options import group_of, refusing


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    group_of(parser).addoption("--seed", type=int, metavar="N", help="draw every case anew from this seed")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a seed that nothing can be drawn from."""
    seed = seed_of(config)
    with refusing():
        if seed is not None and seed < 0:
            raise HarnessError(f"--seed expected an integer of 0 or more, got {seed}.")


def seed_of(config: pytest.Config) -> int | None:
    """Return what replaces the seed of every case; None leaves it."""
    seed: int | None = config.option.seed
    return seed


def in_words(config: pytest.Config) -> str:
    """Return the seed as a report says it."""
    seed = seed_of(config)
    return "each case's own" if seed is None else str(seed)


def repeating(config: pytest.Config) -> tuple[str, ...]:
    """Return what a command needs to draw the same again."""
    seed = seed_of(config)
    return () if seed is None else ("--seed", str(seed))
