"""``harness plugins``: what is loaded, from where, and what was set aside and why."""

import argparse
import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import HarnessError
from harness.implementation.contract import Implementation
from harness.plugins.found import LeftOut, Loaded, Plugins, Quarantined
from harness.plugins.loading import close, load_values
from harness.workers.isolated import Loader
from harness.workers.limits import Limits

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add(commands: "Commands") -> None:
    """Add the command and its options."""
    command = commands.add_parser("plugins", help="list what is loaded, from where, and what was set aside and why")
    command.add_argument("--json", action="store_true", help="as JSON, for programs")
    add_loading(command)
    command.set_defaults(run=run)


def add_loading(command: argparse.ArgumentParser) -> None:
    """Add the options that say what is loaded beside what is installed."""
    command.add_argument(
        "--impl",
        action="append",
        default=[],
        metavar="NAME|FILE",
        help="a Python file, the folder of a package or a module, loaded as well, in a process of its own; may be "
        "repeated",
    )
    command.add_argument("--in-process", action="store_true", help="load what --impl names in this process")


def run(options: argparse.Namespace) -> int:
    """Print every plugin with where it came from and what it offers, and what is not used and why.

    Raises:
        HarnessError: ``--impl`` names nothing.
    """
    look = inspected(options.impl, in_process=options.in_process)
    if look.mistake:
        raise HarnessError(look.mistake)
    print(json.dumps(_as_values(look.plugins), indent=2) if options.json else "\n".join(_lines(look.plugins)))
    return 0


@dataclass(frozen=True)
class Inspected:
    """All plugins, looked at and closed again.

    Attributes:
        plugins: what was found; what runs in other processes has been ended.
        mistake: about a name that nobody offers; empty where there is none.
    """

    plugins: Plugins
    mistake: str


def inspected(values: Sequence[str], *, in_process: bool) -> Inspected:
    """Load all plugins and what ``--impl`` names, as a run would; what they print goes to standard error."""
    with contextlib.redirect_stdout(sys.stderr):
        found, named = load_values(values, None if in_process else Loader(Limits()))
    close(found.implementations.values())
    names = [value for value in values if value not in named]
    try:
        if names:
            found.choose(names)
    except HarnessError as error:
        return Inspected(found, str(error))
    return Inspected(found, "")


def _as_values(found: Plugins) -> dict[str, list[dict[str, object]]]:
    """Return what docs/plugins.md promises of ``harness plugins --json``."""
    aside = [each for each in found.quarantined if not isinstance(each, LeftOut)]
    left_out = [each for each in found.quarantined if isinstance(each, LeftOut)]
    return {
        "loaded": [_loaded(plugin) for plugin in found.loaded],
        "quarantined": [_unused(plugin) for plugin in aside],
        "left_out": [_unused(plugin) for plugin in left_out],
    }


def _loaded(plugin: Loaded) -> dict[str, object]:
    return {
        "name": plugin.name,
        "origin": plugin.origin,
        "implementations": [_described(implementation) for implementation in plugin.implementations],
        "cases": [case.name for case in plugin.cases],
        "faults": [fault.name for fault in plugin.faults],
        "operators": [kind.kind for kind in plugin.operators],
        "writers": [writer.name for writer in plugin.writers],
    }


def _unused(plugin: Quarantined) -> dict[str, object]:
    return {"name": plugin.name, "origin": plugin.origin, "reason": plugin.reason}


def _described(implementation: Implementation) -> dict[str, str | bool]:
    return {
        "name": implementation.name,
        "version": implementation.version,
        "default": implementation.default,
    }


def _lines(found: Plugins) -> Iterator[str]:
    for plugin in found.loaded:
        yield f"{plugin.name} ({plugin.origin})"
        for implementation in plugin.implementations:
            named = "" if implementation.default else "; runs only when named"
            yield f"  implementation {implementation.name}, version {implementation.version}{named}"
        for kind in plugin.operators:
            yield f"  operator {kind.kind}"
        if plugin.cases:
            yield f"  {len(plugin.cases):,} cases"
        if plugin.faults:
            yield f"  {len(plugin.faults):,} faults"
        for writer in plugin.writers:
            yield f"  writer {writer.name}"
    for unused in found.quarantined:
        yield str(unused)
    if not found.loaded and not found.quarantined:
        yield "no plugin was found. Is nn-harness installed? pip install -e ."
