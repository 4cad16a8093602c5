"""The command ``harness``: what can be asked without writing Python."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from harness.calibration.options import add_calibrate, add_power
from harness.cli.templates.new_implementation import STYLES, write
from harness.errors import HarnessError

DEFAULT_CASES = "cases"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0 only if all is well, 2 for what the user can mend."""
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command not in ("run", "list"):
        parser.error(f"{options.command} got {rest[0]!r}, which it does not know")
    try:
        return _run(options, rest)
    except HarnessError as error:
        print(f"harness: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="harness",
        description="Tells whether a neural network written by hand computes what Keras computes.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, explanation in (
        ("run", "verify: pytest on the folder cases, or on the paths given, with all of pytest's options"),
        ("list", "list the cases that run would verify"),
    ):
        command = commands.add_parser(name, help=explanation, add_help=False, allow_abbrev=False)
        command.set_defaults(command=name)
    plugins = commands.add_parser("plugins", help="list what is loaded, from where, and what was set aside and why")
    plugins.add_argument("--json", action="store_true", help="as JSON, for programs")
    doctor = commands.add_parser("doctor", help="say what is installed, where results are stored, and what is wrong")
    for command in (plugins, doctor):
        command.add_argument(
            "--impl",
            action="append",
            default=[],
            metavar="NAME|FILE",
            help="a Python file, the folder of a package or a module, loaded as well, in a process of its own; may be "
            "repeated",
        )
        command.add_argument("--in-process", action="store_true", help="load what --impl names in this process")
    doctor.add_argument("--reports", default="reports", metavar="DIR", help="the reports folder (default: reports)")
    new = commands.add_parser("new-impl", help="write a small file to begin with, which runs at once")
    new.add_argument("name", metavar="NAME", help="of the implementation and its file")
    new.add_argument("--style", choices=list(STYLES), default="functions", help=_styles())
    new.add_argument("--folder", default=".", metavar="DIR", help="where the file goes (default: here)")
    add_calibrate(commands, DEFAULT_CASES)
    add_power(commands, DEFAULT_CASES)
    return parser


def _run(options: argparse.Namespace, rest: list[str]) -> int:
    match options.command:
        case "run":
            return _pytest(rest)
        case "list":
            return _pytest(["--collect-only", "--quiet", *rest])
        case "plugins":
            from harness.cli.inspection import plugins

            print(plugins(options.impl, as_json=options.json, in_process=options.in_process))
            return 0
        case "new-impl":
            path = write(options.name, options.style, Path(options.folder))
            print(f"{path} is written. Run it: pytest {_cases_for(path)} --impl {path}{_where(path)}")
            return 0
        case "calibrate":
            from harness.calibration.commands import calibrate

            return calibrate(options)
        case "power":
            from harness.calibration.commands import power

            return power(options)
        case _:
            from harness.cli.inspection import doctor

            text, healthy = doctor(options.impl, Path(options.reports), in_process=options.in_process)
            print(text)
            return 0 if healthy else 1


def _styles() -> str:
    return "; ".join(f"{style}: {meaning}" for style, meaning in STYLES.items())


def _cases_for(path: Path) -> str:
    own = path.with_name(f"test_{path.name}")
    return str(own) if own.is_file() else f"{DEFAULT_CASES}/"


def _where(path: Path) -> str:
    """Return where the cases are that a command names and that are not there; empty where they are."""
    if Path(_cases_for(path)).exists():
        return ""
    return f"\nThere is no folder {DEFAULT_CASES} here: name that of this package's repository, or your own"


def _pytest(arguments: list[str]) -> int:
    import pytest

    # Without a path pytest takes its testpaths, and without such a folder what lies below this one.
    testpaths = ["-o", f"testpaths={DEFAULT_CASES}"] if Path(DEFAULT_CASES).is_dir() else []
    return int(pytest.main([*testpaths, *arguments]))
