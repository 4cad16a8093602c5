"""The command ``harness``: what can be asked without writing Python. Each command is a file of its own."""

import argparse
import importlib.metadata
import sys
from collections.abc import Sequence

from harness.cli import calibrate, doctor, new_impl, plugins, power, run
from harness.cli.installation import PACKAGE
from harness.errors import HarnessError

COMMANDS = (run, plugins, doctor, new_impl, calibrate, power)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0 only if all is well, 2 for what the user can mend."""
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if hasattr(options, "of_pytest"):
        options.of_pytest = [*options.of_pytest, *rest]
    elif rest:
        parser.error(f"{options.command} got {rest[0]!r}, which it does not know")
    try:
        status: int = options.run(options)
    except HarnessError as error:
        print(f"harness: {error}", file=sys.stderr)
        return 2
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="harness",
        description="Tells whether a neural network written by hand computes what Keras computes.",
    )
    parser.add_argument("--version", action="version", version=f"harness {importlib.metadata.version(PACKAGE)}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser
