"""What holds for all tests: pytest in pytest, processes that can be interrupted, and what a platform lacks."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

# Rooms and files whose tests start worker processes.
WORKERS = ("isolation", "plugins", "process", "pytest", "workers", "test_command_line.py")
LACKING = "worker processes need fork, poll and process groups, which Windows lacks"


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let processes that a test starts be interrupted by SIGINT.

    A shell has it ignored in what it runs in the background, and they would inherit that.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Lacking(pytest.Module):
    """A file of tests that is not even imported, because its platform lacks something."""

    def collect(self):
        pytest.skip(LACKING, allow_module_level=True)


def pytest_pycollect_makemodule(module_path, parent):
    """Skip what starts worker processes where there can be none."""
    room = module_path.relative_to(Path(__file__).parent).parts[0]
    lacks = sys.platform == "win32" and room in WORKERS
    return Lacking.from_parent(parent, path=module_path) if lacks else None
