"""``harness run`` and ``harness list``: pytest on the case files, with all of its options."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

DEFAULT_CASES = "cases"


def add(commands: "Commands") -> None:
    """Add the commands; what they do not know is pytest's."""
    for name, own, explanation in (
        ("run", [], "verify: pytest on the folder cases, or on the paths given, with all of pytest's options"),
        ("list", ["--collect-only", "--quiet"], "list the cases that run would verify"),
    ):
        command = commands.add_parser(name, help=explanation, add_help=False, allow_abbrev=False)
        command.set_defaults(run=run, of_pytest=own)


def run(options: argparse.Namespace) -> int:
    """Run pytest."""
    import pytest

    # Without a path pytest takes its testpaths, and without such a folder what lies below this one.
    testpaths = ["-o", f"testpaths={DEFAULT_CASES}"] if Path(DEFAULT_CASES).is_dir() else []
    return int(pytest.main([*testpaths, *options.of_pytest]))
