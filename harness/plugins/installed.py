"""Which plugins of installed packages are not used: those that a wish leaves out, and names that nobody has."""

import importlib.metadata
from collections.abc import Iterable, Iterator

from harness.errors import nearest
from harness.operators.discovery import VARIABLE, is_own, names_in, wish
from harness.plugins.found import LeftOut, Quarantined


def not_wanted(entries: Iterable[importlib.metadata.EntryPoint]) -> Iterator[Quarantined]:
    """Yield the entry points that the variable does not name, and the names in it that no entry point has.

    This package's own are never left out: without the reference and the witnesses there is nothing to compare with.
    """
    value = wish()
    if value is None:
        return
    names = names_in(value)
    known = [entry.name for entry in entries]
    for entry in entries:
        if not is_own(entry) and entry.name not in names:
            yield LeftOut(entry.name, entry.value, f"not named by {VARIABLE}={value!r}")
    for name in names:
        if name not in known:
            yield Quarantined(name, VARIABLE, f"no installed plugin has this name.{nearest(name, known)}")
