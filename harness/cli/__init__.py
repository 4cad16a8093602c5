"""The command ``harness``."""

from harness.cli.command_line import main

__all__ = ["main"]
