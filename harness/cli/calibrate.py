"""``harness calibrate``: false alarms: correct implementations judged on many seeds."""

import argparse
from typing import TYPE_CHECKING

from harness.calibration.options import add_calibrate
from harness.cli.run import DEFAULT_CASES

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add(commands: "Commands") -> None:
    """Add the command and its options."""
    add_calibrate(commands, DEFAULT_CASES)
    commands.choices["calibrate"].set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run it; what it needs is heavy."""
    from harness.calibration.commands import calibrate

    return calibrate(options)
