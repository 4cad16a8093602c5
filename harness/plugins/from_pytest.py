"""Plugins among pytest's own: modules that ``-p``, a conftest.py or a package brought, and that have hooks."""

from collections.abc import Collection, Mapping
from inspect import isfunction
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING

from harness.implementation.contract import Implementation
from harness.plugins.hook_specifications import HOOKS, PROJECT

if TYPE_CHECKING:
    import pytest


def modules_of(config: "pytest.Config", names: Collection[str]) -> Mapping[str, ModuleType]:
    """Return which of pytest's plugins are plugins of this package too, by where they came from.

    That is a module with a hook, or with a function of its own that is named like one, or one that was named with
    ``-p`` and has implementations as module-level names. Any other is somebody's pytest plugin, and stays that.

    Args:
        config: knows what pytest has loaded and what was named.
        names: of pytest's plugins that are looked at.

    Returns:
        Modules that hold nothing but what is ours: pytest's fixtures may have any name.
    """
    named = config.option.plugins or ()
    found = {}
    for name, module in config.pluginmanager.list_name_plugin():
        if name in names and isinstance(module, ModuleType):
            ours = {key: value for key, value in vars(module).items() if _is_hook(key, value, module)}
            if name in named and not ours:
                ours = {key: value for key, value in vars(module).items() if isinstance(value, Implementation)}
            if ours:
                found[_origin(name, config.invocation_params.dir)] = _module_of(module.__name__, ours)
    return MappingProxyType(found)


def _is_hook(name: str, value: object, module: ModuleType) -> bool:
    if isinstance(value, ModuleType) or type(value).__module__.startswith("_pytest."):
        return False
    own = isfunction(value) and value.__module__ == module.__name__
    return name in HOOKS or (own and name.startswith(f"{PROJECT}_"))


def _origin(name: str, directory: Path) -> str:
    """Return the name, or the path of a conftest.py as a user would write it."""
    path = Path(name)
    return str(path.relative_to(directory)) if path.is_relative_to(directory) else name


def _module_of(name: str, contents: Mapping[str, object]) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(contents)
    return module
