"""``harness new-impl``: a small file to begin with."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cli.run import DEFAULT_CASES
from harness.cli.templates.new_implementation import STYLES, write

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add(commands: "Commands") -> None:
    """Add the command and its options."""
    command = commands.add_parser("new-impl", help="write a small file to begin with, which runs at once")
    styles = "; ".join(f"{style}: {meaning}" for style, meaning in STYLES.items())
    command.add_argument("name", metavar="NAME", help="of the implementation and its file")
    command.add_argument("--style", choices=list(STYLES), default="functions", help=styles)
    command.add_argument("--folder", default=".", metavar="DIR", help="where the file goes (default: here)")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the file and say how to run it."""
    path = write(options.name, options.style, Path(options.folder))
    print(f"{path} is written. Run it: pytest {_cases_for(path)} --impl {path}{_where(path)}")
    return 0


def _cases_for(path: Path) -> str:
    own = path.with_name(f"test_{path.name}")
    return str(own) if own.is_file() else f"{DEFAULT_CASES}/"


def _where(path: Path) -> str:
    """Return where the cases are that a command names and that are not there; empty where they are."""
    if Path(_cases_for(path)).exists():
        return ""
    return f"\nThere is no folder {DEFAULT_CASES} here: name that of this package's repository, or your own"
