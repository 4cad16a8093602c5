"""The options of ``harness calibrate`` and ``harness power``; imports nothing heavy."""

import argparse
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

# The limits were tuned on seeds below; see docs/verdict.md.
FIRST_FRESH_SEED = 20_000
# Where faults are planted. It computes with arrays, so that thousands of runs take minutes.
RIGHT = "vectorized"


def add_calibrate(commands: "Commands", cases: str) -> None:
    """Add the options of ``harness calibrate``; ``cases`` is where cases are by default."""
    command = commands.add_parser(
        "calibrate", help="false alarms: judge correct implementations on many seeds", allow_abbrev=False
    )
    _add_common(command, cases, "calibration")
    command.add_argument("--seeds", type=int, default=1, metavar="N", help="how many seeds (default: 1)")
    command.add_argument(
        "--first-seed",
        type=int,
        default=FIRST_FRESH_SEED,
        metavar="K",
        help=f"the first of them (default: {FIRST_FRESH_SEED}, which the limits were not tuned on)",
    )
    command.add_argument(
        "--impl",
        action="append",
        default=[],
        metavar="NAME|FILE",
        help="implementation to judge; may be repeated (default: all that run by default)",
    )


def add_power(commands: "Commands", cases: str) -> None:
    """Add the options of ``harness power``; ``cases`` is where cases are by default."""
    command = commands.add_parser(
        "power", help="which errors get through: run every fault on every case it applies to", allow_abbrev=False
    )
    _add_common(command, cases, "power")
    command.add_argument(
        "--fault", action="append", default=[], metavar="NAME", help="one fault; may be repeated (default: all)"
    )
    command.add_argument(
        "--impl",
        default=RIGHT,
        metavar="NAME|FILE",
        help=f"a right implementation, made of operators, to plant them in (default: {RIGHT})",
    )
    command.add_argument(
        "--quick", action="store_true", help="leave each fault alone once a case of each format kills it"
    )


def _add_common(command: argparse.ArgumentParser, cases: str, table: str) -> None:
    command.add_argument("paths", nargs="*", default=[cases], metavar="PATH", help=f"case files (default: {cases}/)")
    command.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (default: all)")
    command.add_argument("--reports", default="reports", metavar="DIR", help="where results go (default: reports)")
    command.add_argument(
        "--write", metavar="FILE", help=f"put the tables into a document, between <!-- begin {table} --> and its end"
    )
