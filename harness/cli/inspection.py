"""What is loaded and what is wrong with it, in words and as JSON."""

import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.cli.installation import Check, distributions, limits, machine, reports, watched
from harness.errors import HarnessError
from harness.implementation.contract import Implementation
from harness.plugins.found import LeftOut, Loaded, Plugins, Quarantined
from harness.plugins.loading import close, load_values
from harness.verification import reference_among
from harness.workers.isolated import Loader
from harness.workers.limits import Limits


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


def plugins(values: Sequence[str], *, as_json: bool, in_process: bool) -> str:
    """Return every plugin with where it came from and what it offers, and what is not used and why.

    Raises:
        HarnessError: a value names nothing.
    """
    look = inspected(values, in_process=in_process)
    if look.mistake:
        raise HarnessError(look.mistake)
    if as_json:
        return json.dumps(_as_values(look.plugins), indent=2)
    return "\n".join(_lines(look.plugins))


def doctor(values: Sequence[str], folder: Path, *, in_process: bool) -> tuple[str, bool]:
    """Return what is installed, loaded and stored, and whether all of it is well; what is not says what to do."""
    checks = [
        machine(), *distributions(), limits(Limits()), watched(), *_plugins(inspected(values, in_process=in_process)),
        *reports(folder),
    ]  # fmt: skip
    lines = [f"{'ok   ' if check.healthy else 'WRONG'} {check.text}" for check in checks]
    wrong = sum(not check.healthy for check in checks)
    lines.append(f"{wrong} of {len(checks)} checks found something wrong" if wrong else "all is well")
    return "\n".join(lines), not wrong


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
    others = (("cases", plugin.cases), ("faults", plugin.faults), ("writers", plugin.writers))
    return ", ".join([*names, *(f"{len(some):,} {word}" for word, some in others if some)]) or "nothing"
