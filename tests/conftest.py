"""What holds for all tests: pytest in pytest, and what a platform lacks."""

import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

# Rooms and files whose tests start worker processes.
WORKERS = ("isolation", "plugins", "process", "pytest", "test_command_line.py")
LACKING = "worker processes need fork, poll and process groups, which Windows lacks"


class Lacking(pytest.Module):
    """A file of tests that is not even imported, because its platform lacks something."""

    def collect(self):
        pytest.skip(LACKING, allow_module_level=True)


def pytest_pycollect_makemodule(module_path, parent):
    """Skip what starts worker processes where there can be none."""
    room = module_path.relative_to(Path(__file__).parent).parts[0]
    lacks = sys.platform == "win32" and room in WORKERS
    return Lacking.from_parent(parent, path=module_path) if lacks else None
