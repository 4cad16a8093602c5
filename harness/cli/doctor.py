"""``harness doctor``: what is installed, loaded and stored, and what of it is wrong."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cli.installation import Check, distributions, limits, machine, reports, watched
from harness.cli.plugins import Inspected, add_loading, inspected
from harness.errors import HarnessError
from harness.plugins.found import LeftOut, Loaded
from harness.verification import reference_among
from harness.workers.limits import Limits

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add(commands: "Commands") -> None:
    """Add the command and its options."""
    command = commands.add_parser("doctor", help="say what is installed, where results are stored, and what is wrong")
    add_loading(command)
    command.add_argument("--reports", default="reports", metavar="DIR", help="the reports folder (default: reports)")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what is installed, loaded and stored; what is not well says what to do, and makes the status 1."""
    checks = [
        machine(),
        *distributions(),
        limits(Limits()),
        watched(),
        *_plugins(inspected(options.impl, in_process=options.in_process)),
        *reports(Path(options.reports)),
    ]
    for check in checks:
        print(f"{'ok   ' if check.healthy else 'WRONG'} {check.text}")
    wrong = sum(not check.healthy for check in checks)
    print(f"{wrong} of {len(checks)} checks found something wrong" if wrong else "all is well")
    return 1 if wrong else 0


def _plugins(look: Inspected) -> Iterator[Check]:
    for plugin in look.plugins.loaded:
        yield Check(True, f"plugin {plugin.name} ({plugin.origin}): {_offers(plugin)}")
    for unused in look.plugins.quarantined:
        yield Check(isinstance(unused, LeftOut), str(unused))
    if look.mistake:
        yield Check(False, look.mistake)
    try:
        yield Check(True, f"reference: {reference_among(look.plugins).version}")
    except HarnessError as error:
        yield Check(False, str(error))


def _offers(plugin: Loaded) -> str:
    names = [implementation.name for implementation in plugin.implementations]
    others = [(word, getattr(plugin, word)) for word in ("operators", "cases", "faults", "writers")]
    return ", ".join([*names, *(f"{len(some):,} {word}" for word, some in others if some)]) or "nothing"
