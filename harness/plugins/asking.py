"""Asking one plugin its hooks, and checking what it answers."""

from types import ModuleType
from typing import Any

import pluggy

from harness.cases.case import Case
from harness.errors import PluginError, SpecificationError, nearest
from harness.faults.fault import Fault
from harness.implementation.contract import API_VERSION, Implementation
from harness.operators.checking import check_operator
from harness.operators.specification import Operator
from harness.plugins import hook_specifications
from harness.plugins.found import Loaded
from harness.plugins.hook_specifications import HOOKS, PROJECT
from harness.report.writer import Writer

# What the marker hookimpl without arguments says.
_UNMARKED: pluggy.HookimplOpts = {
    "wrapper": False, "hookwrapper": False, "optionalhook": False, "tryfirst": False, "trylast": False,
    "specname": None,
}  # fmt: skip


class _Manager(pluggy.PluginManager):
    """Takes every function named ``harness_…`` for a hook, so that a misspelt one is found."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        marked = super().parse_hookimpl_opts(plugin, name)
        if marked is None and name.startswith(f"{PROJECT}_") and callable(getattr(plugin, name, None)):
            return _UNMARKED
        return marked


def offered(name: str, origin: str, plugin: object) -> Loaded:
    """Call the hooks of one plugin and check what they return.

    Raises:
        PluginError: naming plugin, hook, what was expected and what came.
    """
    manager = _Manager(PROJECT)
    manager.add_hookspecs(hook_specifications)
    where = f"plugin {name!r} ({origin})"
    for attribute in dir(plugin):
        value = getattr(plugin, attribute, None)
        if not attribute.startswith(f"{PROJECT}_") or isinstance(value, ModuleType):
            continue
        if attribute not in HOOKS:
            raise PluginError(f"{where}: there is no hook {attribute}.{nearest(attribute, HOOKS)}")
        if not callable(value):
            raise PluginError(f"{where}: expected {attribute} to be a function, got {type(value).__name__} {value!r}")
    manager.register(plugin, name)
    manager.check_pending()
    implementations = _listed(where, manager, "harness_implementations", Implementation)
    if isinstance(plugin, ModuleType) and not manager.get_hookcallers(plugin):
        implementations = implementations_in(plugin)
        if not implementations:
            raise PluginError(
                f"{where} offers nothing: expected a hook such as harness_implementations(), or an implementation "
                "as a module-level name."
            )
    for implementation in implementations:
        _check_implementation(where, implementation)
    writers = _listed(where, manager, "harness_writers", Writer)
    for writer in writers:
        if not isinstance(getattr(writer, "name", None), str):
            raise PluginError(f"{where}: expected {type(writer).__name__} to have a name, such as 'csv'")
    return Loaded(
        name,
        origin,
        tuple(implementations),
        tuple(_listed(where, manager, "harness_cases", Case)),
        tuple(writers),
        tuple(_listed(where, manager, "harness_faults", Fault)),
        tuple(_operators(where, manager)),
    )


def implementations_in(module: ModuleType) -> list[Implementation]:
    """Return the implementations that a module has as names of its own."""
    return [value for value in vars(module).values() if isinstance(value, Implementation)]


def _operators(where: str, manager: pluggy.PluginManager) -> list[type[Operator]]:
    found = _listed(where, manager, "harness_operators", type)
    for kind in found:
        try:
            check_operator(kind)
        except SpecificationError as error:
            raise PluginError(f"{where}: {error}") from None
    return found


def _listed(where: str, manager: pluggy.PluginManager, hook: str, kind: type) -> list[Any]:
    caller = getattr(manager.hook, hook)
    results = caller()
    expected = f"{where}: {hook}() must return a list of {kind.__name__}, got"
    if len(results) < len(caller.get_hookimpls()):
        # pluggy leaves None out of the results.
        raise PluginError(f"{expected} None")
    for returned in results:
        if not isinstance(returned, list):
            raise PluginError(f"{expected} {type(returned).__name__} {returned!r}")
        for item in returned:
            if not isinstance(item, kind):
                raise PluginError(f"{expected} one with {type(item).__name__} {item!r}")
    return [item for returned in results for item in returned]


def _check_implementation(where: str, implementation: Implementation) -> None:
    name = getattr(implementation, "name", None)
    if not isinstance(name, str) or not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
        raise PluginError(f"{where}: expected a name of ASCII letters, digits, - and _, got name={name!r}")
    if implementation.api_version != API_VERSION:
        raise PluginError(
            f"{where}: {name} was written for api_version={implementation.api_version!r}, expected {API_VERSION}"
        )
