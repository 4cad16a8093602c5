"""Finding operators: those of this package by their files, and those that installed plugins offer."""

import functools
import importlib
import importlib.metadata
import os
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from harness.errors import SpecificationError, nearest
from harness.operators.specification import Operator

GROUP = "harness"
HOOK = "harness_operators"
DISTRIBUTION = "nn-harness"

# The environment reaches every process that a run starts, so that all of them load the same.
VARIABLE = "HARNESS_PLUGINS"

S = TypeVar("S", bound=Operator)


def operators_in(package: str, folder: Iterable[str], base: type[S]) -> Mapping[str, type[S]]:
    """Return the operators that the files of a package define, by kind; files starting with an underscore have none.

    Args:
        package: its name.
        folder: its ``__path__``.
        base: what they are subclasses of.
    """
    found: dict[str, type[S]] = {}
    for file in pkgutil.iter_modules(folder):
        if not file.name.startswith("_"):
            module = importlib.import_module(f"{package}.{file.name}")
            for value in vars(module).values():
                if isinstance(value, type) and issubclass(value, base) and value.__module__ == module.__name__:
                    found[value.kind] = value
    found.pop(base.kind, None) if found.get(base.kind) is base else None
    return MappingProxyType(dict(sorted(found.items())))


def offering(package: str, kinds: Mapping[str, type[S]]) -> Callable[[str], type[S]]:
    """Return ``__getattr__`` of a package that offers the operators of its files without naming them.

    Args:
        package: its name.
        kinds: what ``operators_in`` found there.
    """

    def attribute(name: str) -> type[S]:
        if name in kinds:
            return kinds[name]
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return attribute


def made_by_name(
    value: object, kinds: Mapping[str, type[S]], base: type[S], name_of: Callable[[type[S]], str], what: str
) -> S:
    """Return the operator that ``value`` names, with its defaults, or ``value`` itself; plugins are asked last.

    Args:
        value: a name or an operator.
        kinds: those of this package, by kind.
        base: what they are subclasses of.
        name_of: the name of each.
        what: the word for it in the error message, such as ``loss``.

    Raises:
        SpecificationError: none has that name; the nearest one is suggested.
    """
    if isinstance(value, base):
        return value
    by_name = {name_of(kind): kind for kind in kinds.values()}
    if isinstance(value, str) and value not in by_name:
        by_name |= {name_of(kind): kind for kind in installed().values() if issubclass(kind, base)}
    if isinstance(value, str) and value in by_name:
        return by_name[value]()
    raise SpecificationError(f"unknown {what} {value!r}.{nearest(str(value), by_name)}")


def entry_points() -> list[importlib.metadata.EntryPoint]:
    """Return the entry points of all installed packages, this package's own first."""
    # The first to offer a name keeps it, and the reference is found by its name.
    return sorted(importlib.metadata.entry_points(group=GROUP), key=lambda entry: (not is_own(entry), entry.name))


def is_own(entry: importlib.metadata.EntryPoint) -> bool:
    """Whether an entry point is this package's."""
    return entry.dist is not None and entry.dist.name == DISTRIBUTION


def wish() -> str | None:
    """Return what the variable limits a run to; None where it does not."""
    return os.environ.get(VARIABLE)


def names_in(wish: str) -> list[str]:
    """Return the names of plugins in what the variable says."""
    return list(dict.fromkeys(name.strip() for name in wish.split(",") if name.strip()))


@functools.cache
def installed() -> Mapping[str, type[Operator]]:
    """Return the operators of installed plugins by kind, for whoever reads a case and meets a kind that is not here.

    A plugin that cannot be loaded has none; loading plugins says why.
    """
    limit = wish()
    names = None if limit is None else names_in(limit)
    found: dict[str, type[Operator]] = {}
    for entry in entry_points():
        if is_own(entry) or (names is not None and entry.name not in names):
            continue
        try:
            offered: Any = getattr(entry.load(), HOOK, list)()
        except (Exception, SystemExit):  # said where plugins are loaded, which asks every one of them
            continue
        for kind in offered if isinstance(offered, list) else ():
            if isinstance(kind, type) and issubclass(kind, Operator):
                found.setdefault(kind.kind, kind)
    return MappingProxyType(found)
