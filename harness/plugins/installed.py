"""Plugins of installed packages: the entry points of the group ``harness``, all or those that are wished for."""

import importlib.metadata
import os
from collections.abc import Iterable, Iterator

from harness.errors import nearest
from harness.plugins.found import LeftOut, Quarantined
from harness.plugins.hook_specifications import PROJECT

DISTRIBUTION = "nn-harness"

# The environment reaches every process that a run starts, so that all of them load the same.
VARIABLE = "HARNESS_PLUGINS"


def entry_points() -> list[importlib.metadata.EntryPoint]:
    """Return the entry points of all installed packages, this package's own first."""
    # The first to offer a name keeps it, and the reference is found by its name.
    return sorted(importlib.metadata.entry_points(group=PROJECT), key=lambda entry: (not _own(entry), entry.name))


def not_wanted(entries: Iterable[importlib.metadata.EntryPoint]) -> Iterator[Quarantined]:
    """Yield the entry points that the variable does not name, and the names in it that no entry point has.

    This package's own are never left out: without the reference and the witnesses there is nothing to compare with.
    """
    wished = os.environ.get(VARIABLE)
    if wished is None:
        return
    names = list(dict.fromkeys(name.strip() for name in wished.split(",") if name.strip()))
    known = [entry.name for entry in entries]
    for entry in entries:
        if not _own(entry) and entry.name not in names:
            yield LeftOut(entry.name, entry.value, f"not named by {VARIABLE}={wished!r}")
    for name in names:
        if name not in known:
            yield Quarantined(name, VARIABLE, f"no installed plugin has this name.{nearest(name, known)}")


def _own(entry: importlib.metadata.EntryPoint) -> bool:
    return entry.dist is not None and entry.dist.name == DISTRIBUTION
