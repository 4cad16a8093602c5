"""What several rooms of tests need."""

import signal
from collections.abc import Iterator

import pytest

pytest_plugins = ["pytester"]


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let processes that a test starts be interrupted by SIGINT.

    A shell has it ignored in what it runs in the background, and they would inherit that.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
