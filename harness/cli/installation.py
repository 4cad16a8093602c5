"""What is installed and stored here, and what of it would stop a run."""

import contextlib
import importlib.metadata
import os
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

from harness.stores.journal import left_behind
from harness.stores.oracle import Oracle
from harness.workers.limits import Limits
from harness.workers.usage import unwatched

PACKAGE = "nn-harness"
SUPPORTED = ((3, 11), (3, 13))
# Extras for those who work on this package, not for those who use it.
OWN_EXTRAS = ("test",)


@dataclass(frozen=True)
class Check:
    """One thing looked at; where it is not healthy, the text says what to do."""

    healthy: bool
    text: str


def machine() -> Check:
    """Look at Python's version, and say what it runs on."""
    low, high = (".".join(map(str, each)) for each in SUPPORTED)
    return Check(
        SUPPORTED[0] <= sys.version_info[:2] <= SUPPORTED[1],
        f"Python {platform.python_version()} (expected {low} to {high}), {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} processors",
    )


def distributions() -> Iterator[Check]:
    """Look for each package that is required, and then for each that an extra would bring."""
    requirements = [Requirement(text) for text in importlib.metadata.requires(PACKAGE) or []]
    required = [each for each in requirements if each.marker is None or each.marker.evaluate({"extra": ""})]
    yield from (_distribution(each, f"pip install '{each}'", required=True) for each in required)
    for extra in importlib.metadata.metadata(PACKAGE).get_all("Provides-Extra") or []:
        if extra not in OWN_EXTRAS:
            brought = [each for each in requirements if each not in required and _of(extra, each)]
            command = f"pip install '{PACKAGE}[{extra}]'"
            yield from (_distribution(each, command, required=False) for each in brought)


def limits(given: Limits) -> Check:
    """Look whether this machine has what one worker may take."""
    text = (
        f"limits of a case in a process of its own: {given.seconds:g} s (--time-limit), "
        f"{given.mebibytes:,} MiB (--memory-limit)"
    )
    if not hasattr(os, "sysconf"):
        return Check(True, f"{text}; how much memory this machine has is not told here")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    if given.mebibytes > memory:
        return Check(False, f"{text}: this machine has {memory:,} MiB. Run with a lower --memory-limit.")
    return Check(True, text)


def watched() -> Check:
    """Look whether these limits can be held here."""
    told = unwatched()
    return Check(not told, told or "memory, time and processes of a case are watched")


def reports(folder: Path) -> Iterator[Check]:
    """Look at the folder of reports and at what earlier runs stored in it."""
    if not folder.exists():
        yield Check(True, f"reports folder {folder}: not there yet; the first run makes it")
        return
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror
        yield Check(False, f"reports folder {folder} cannot be written ({reason}). Choose another with --reports.")
        return
    yield Check(True, f"reports folder {folder}: can be written")
    store = folder / "oracle.sqlite"
    if store.exists():
        yield _store(store)
    else:
        yield Check(True, f"store {store}: not there yet; the first run makes it")
    for path in left_behind(folder):
        text = f"{path}: rows of a run that was killed, or that goes on elsewhere; delete it when you need it no more"
        yield Check(True, text)


def _distribution(requirement: Requirement, command: str, *, required: bool) -> Check:
    name = requirement.name
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        text = f"{name} is not installed: {command}" if required else f"{name} is not installed; {command} brings it"
        return Check(not required, text)
    text = f"{name} {version} (expected {requirement.specifier})"
    if requirement.specifier.contains(version, prereleases=True):
        return Check(True, text)
    return Check(False, f"{text}: {command}")


def _of(extra: str, requirement: Requirement) -> bool:
    return requirement.marker is not None and requirement.marker.evaluate({"extra": extra})


def _store(path: Path) -> Check:
    oracle = Oracle(path)
    text = f"store {path}: {len(oracle):,} results, {path.stat().st_size / 2**20:.1f} MiB"
    oracle.close()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        (journal,) = connection.execute("PRAGMA journal_mode").fetchone()
    if journal != "wal":
        text += f"; without a write-ahead log ({journal} instead), as on a network file system: processes wait longer"
    return Check(not oracle.findings, f"{text} {' '.join(oracle.findings)}".rstrip())
