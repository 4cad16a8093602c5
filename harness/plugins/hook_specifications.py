"""The hooks. No hook may set a tolerance."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pluggy

if TYPE_CHECKING:
    from harness.case import Case
    from harness.faults import Fault
    from harness.implementation import Implementation
    from harness.report.writer import Writer

PROJECT = "harness"

F = TypeVar("F", bound=Callable[..., Any])
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = cast("Callable[[F], F]", pluggy.HookimplMarker(PROJECT))


@hookspec
def harness_implementations() -> "list[Implementation]":
    """Return the implementations this plugin offers."""
    raise NotImplementedError


@hookspec
def harness_cases() -> "list[Case]":
    """Return cases beside those in case files."""
    raise NotImplementedError


@hookspec
def harness_faults() -> "list[Fault]":
    """Return faults: errors that people make, to be planted in right operators."""
    raise NotImplementedError


@hookspec
def harness_writers() -> "list[Writer]":
    """Return report writers beside CSV and HTML."""
    raise NotImplementedError
