"""``harness power``: which errors get through."""

import argparse
from typing import TYPE_CHECKING

from harness.calibration.options import add_power
from harness.cli.run import DEFAULT_CASES

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add(commands: "Commands") -> None:
    """Add the command and its options."""
    add_power(commands, DEFAULT_CASES)
    commands.choices["power"].set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run it; what it needs is heavy."""
    from harness.calibration.commands import power

    return power(options)
