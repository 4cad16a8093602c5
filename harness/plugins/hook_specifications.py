"""The hooks, each explained with an example in docs/plugins.md. No hook may set a tolerance.

A hook is called once when plugins are loaded, plugin by plugin. Hooks only ever gain arguments, and a plugin takes
those that it wants, so that one that was written once goes on working.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pluggy

if TYPE_CHECKING:
    from harness.cases.case import Case
    from harness.faults import Fault
    from harness.implementation.contract import Implementation
    from harness.operators.specification import Operator
    from harness.report.writer import Writer

PROJECT = "harness"

F = TypeVar("F", bound=Callable[..., Any])
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = cast("Callable[[F], F]", pluggy.HookimplMarker(PROJECT))


@hookspec
def harness_implementations() -> "list[Implementation]":
    """Return the implementations this plugin offers.

    Called in every run, and by everything else that loads plugins: import no framework here, but in ``run``.

    Returns:
        Implementations whose names no other plugin offers; an empty list where a library that they need is missing.
    """
    raise NotImplementedError


@hookspec
def harness_operators() -> "list[type[Operator]]":
    """Return operators that this package does not have: classes of layers, activations, losses and optimizers.

    A class says its arguments, its shapes and how it is computed; gradients, rounding errors, Keras's object by its
    name and cases of its ``samples`` follow. Called too where a stored case names a kind that nobody here knows.

    Returns:
        Subclasses of ``Layer``, ``Activation``, ``Loss`` or ``Optimizer`` whose names no other plugin offers.
    """
    raise NotImplementedError


@hookspec
def harness_cases() -> "list[Case]":
    """Return cases beside those in case files.

    They run wherever a test function is marked with ``@verifies(plugin_cases)``, as in ``cases/test_plugins.py``.

    Returns:
        Cases, each with an id of its own; ``list(grid(…))`` makes some.
    """
    raise NotImplementedError


@hookspec
def harness_faults() -> "list[Fault]":
    """Return faults: errors that people make, to be planted in right operators.

    ``harness power`` runs each on every case that it applies to, and where an implementation fails in a way that one of
    them reproduces, the report names its explanation as the likely cause.

    Returns:
        Faults whose names no other plugin offers.
    """
    raise NotImplementedError


@hookspec
def harness_writers() -> "list[Writer]":
    """Return report writers beside those of CSV, JSON and HTML.

    Each is called once at the end of a run, in the process that gathers its rows. What one raises is shown, fails the
    run and stops no other writer.

    Returns:
        Writers whose names no other plugin offers.
    """
    raise NotImplementedError


HOOKS = tuple(name for name in tuple(globals()) if name.startswith(f"{PROJECT}_"))
