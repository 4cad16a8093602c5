"""What is loaded and what is installed, in words."""

import importlib.metadata
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.errors import HarnessError
from harness.implementation import Implementation
from harness.plugins.loading import Plugins, load_plugins
from harness.stores.oracle import Oracle
from harness.verification import reference_among

SUPPORTED = ((3, 11), (3, 13))


def plugins(files: Sequence[str], *, as_json: bool) -> str:
    """Return every plugin with where it came from and what it offers, and what was set aside and why."""
    found = load_plugins(files)
    if as_json:
        loaded = [
            {
                "name": plugin.name,
                "origin": plugin.origin,
                "implementations": [_described(implementation) for implementation in plugin.implementations],
                "cases": len(plugin.cases),
                "faults": len(plugin.faults),
                "writers": [writer.name for writer in plugin.writers],
            }
            for plugin in found.loaded
        ]
        aside = [{"name": each.name, "origin": each.origin, "reason": each.reason} for each in found.quarantined]
        return json.dumps({"loaded": loaded, "quarantined": aside}, indent=2)
    return "\n".join(_plugin_lines(found))


def doctor(files: Sequence[str], reports: Path) -> tuple[str, bool]:
    """Return what is installed, loaded and stored, and whether all of it is well; what is not says what to do."""
    checks = [*_python(), *_distributions(), *_plugins(files), *_reports(reports)]
    lines = [f"{'ok   ' if healthy else 'WRONG'} {text}" for healthy, text in checks]
    wrong = sum(not healthy for healthy, _ in checks)
    lines.append(f"{wrong} of {len(checks)} checks found something wrong" if wrong else "all is well")
    return "\n".join(lines), not wrong


def _described(implementation: Implementation) -> dict[str, str | bool]:
    return {
        "name": implementation.name,
        "version": implementation.version,
        "default": implementation.default,
    }


def _plugin_lines(found: Plugins) -> Iterator[str]:
    for plugin in found.loaded:
        yield f"{plugin.name} ({plugin.origin})"
        for implementation in plugin.implementations:
            named = "" if implementation.default else "; runs only when named"
            yield f"  implementation {implementation.name}, version {implementation.version}{named}"
        if plugin.cases:
            yield f"  {len(plugin.cases)} cases"
        if plugin.faults:
            yield f"  {len(plugin.faults):,} faults"
        for writer in plugin.writers:
            yield f"  writer {writer.name}"
    for aside in found.quarantined:
        yield str(aside)
    if not found.loaded and not found.quarantined:
        yield "no plugin was found. Is nn-harness installed? pip install -e ."


def _python() -> Iterator[tuple[bool, str]]:
    version = sys.version_info[:2]
    low, high = (".".join(map(str, each)) for each in SUPPORTED)
    yield (
        SUPPORTED[0] <= version <= SUPPORTED[1],
        f"Python {platform.python_version()} (expected {low} to {high}), {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} processors",
    )


def _distributions() -> Iterator[tuple[bool, str]]:
    for requirement in importlib.metadata.requires("nn-harness") or []:
        if "extra ==" in requirement:
            continue
        name = requirement.partition(">")[0].strip()
        try:
            yield True, f"{name} {importlib.metadata.version(name)} (expected {requirement.removeprefix(name)})"
        except importlib.metadata.PackageNotFoundError:
            yield False, f"{name} is not installed: pip install '{requirement}'"


def _plugins(files: Sequence[str]) -> Iterator[tuple[bool, str]]:
    found = load_plugins(files)
    for plugin in found.loaded:
        names = ", ".join(implementation.name for implementation in plugin.implementations) or "no implementation"
        yield True, f"plugin {plugin.name} ({plugin.origin}): {names}"
    for aside in found.quarantined:
        yield False, str(aside)
    try:
        yield True, f"reference: {reference_among(found).version}"
    except HarnessError as error:
        yield False, str(error)


def _reports(folder: Path) -> Iterator[tuple[bool, str]]:
    if not folder.exists():
        yield True, f"reports folder {folder}: not there yet; the first run makes it"
        return
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        yield False, f"reports folder {folder} cannot be written ({error.strerror}). Choose another with --reports."
        return
    yield True, f"reports folder {folder}: can be written"
    store = folder / "oracle.sqlite"
    if store.exists():
        oracle = Oracle(store)
        size = store.stat().st_size / 2**20
        yield not oracle.findings, f"store {store}: {len(oracle):,} results, {size:.1f} MiB {' '.join(oracle.findings)}"
        oracle.close()
