"""Loading plugins one by one: what is broken is set aside with its reason, and the rest goes on."""

import importlib
import importlib.metadata
import importlib.util
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from harness.case import Case
from harness.errors import HarnessError, PluginError, nearest
from harness.faults.fault import Fault
from harness.implementation import API_VERSION, Elsewhere, Implementation
from harness.plugins import hook_specifications
from harness.plugins.hook_specifications import PROJECT
from harness.report.writer import Writer

DISTRIBUTION = "nn-harness"


@dataclass(frozen=True)
class Loaded:
    """A plugin that works, and what it offers."""

    name: str
    origin: str
    implementations: tuple[Implementation, ...] = ()
    cases: tuple[Case, ...] = ()
    writers: tuple[Writer, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Quarantined:
    """A plugin that was set aside, and why."""

    name: str
    origin: str
    reason: str

    def __str__(self) -> str:
        return f"plugin {self.name!r} ({self.origin}) was set aside: {self.reason}"


@dataclass(frozen=True)
class Plugins:
    """All that was found, in the order of loading."""

    loaded: tuple[Loaded, ...]
    quarantined: tuple[Quarantined, ...]

    @property
    def implementations(self) -> dict[str, Implementation]:
        """By name; names are unique."""
        return {found.name: found for plugin in self.loaded for found in plugin.implementations}

    @property
    def cases(self) -> tuple[Case, ...]:
        """Cases beside those in case files."""
        return tuple(case for plugin in self.loaded for case in plugin.cases)

    @property
    def writers(self) -> tuple[Writer, ...]:
        """Report writers beside the built-in ones."""
        return tuple(writer for plugin in self.loaded for writer in plugin.writers)

    @property
    def faults(self) -> dict[str, Fault]:
        """By name; names are unique."""
        return {fault.name: fault for plugin in self.loaded for fault in plugin.faults}

    def origin_of(self, implementation: Implementation) -> str:
        """Return where an implementation was loaded from: a file's path as it was given, or a module's name."""
        return next(plugin.origin for plugin in self.loaded if implementation in plugin.implementations)

    def choose(self, names: Sequence[str]) -> tuple[Implementation, ...]:
        """Return the named implementations, or all that run by default where none is named.

        Raises:
            PluginError: a name that nobody offers, or nothing to run at all.
        """
        known = self.implementations
        for name in names:
            if name not in known:
                aside = [str(plugin) for plugin in self.quarantined if plugin.name == name]
                detail = f" The {aside[0]}" if aside else nearest(name, known)
                raise PluginError(f"--impl {name} names no implementation.{detail}")
        chosen = [known[name] for name in names] or [found for found in known.values() if found.default]
        if not chosen:
            raise PluginError("there is no implementation to run. 'harness plugins' shows what was loaded.")
        return tuple(dict.fromkeys(chosen))


# Loads what a user names, from its plugin name and what the user wrote.
LoadNamed = Callable[[str, str], Loaded | Quarantined]

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


def load_plugins(named: Iterable[str] = (), load_named: LoadNamed | None = None) -> Plugins:
    """Load every entry point of the group ``harness``, this package's own first, and then what the user names.

    Args:
        named: Python files, folders of packages or modules, with hooks or with implementations as module-level names.
        load_named: loads one of them; by default in this process.
    """
    entries = sorted(importlib.metadata.entry_points(group=PROJECT), key=_own_first)
    installed = _with(Plugins((), ()), (attempt(entry.name, entry.value, entry.load) for entry in entries))
    return _with_named(installed, named, load_named)


def _with_named(plugins: Plugins, named: Iterable[str], load_named: LoadNamed | None) -> Plugins:
    return _with(plugins, ((load_named or attempt_named)(_plugin_name(origin), origin) for origin in named))


def _with(plugins: Plugins, more: Iterable[Loaded | Quarantined]) -> Plugins:
    loaded, quarantined = list(plugins.loaded), list(plugins.quarantined)
    for plugin in more:
        if isinstance(plugin, Quarantined):
            quarantined.append(plugin)
            continue
        try:
            _refuse_taken_names(plugin, loaded)
        except PluginError as error:
            close(plugin.implementations)
            quarantined.append(Quarantined(plugin.name, plugin.origin, str(error)))
        else:
            loaded.append(plugin)
    return Plugins(tuple(loaded), tuple(quarantined))


def attempt(name: str, origin: str, load: Callable[[], object]) -> Loaded | Quarantined:
    """Load one plugin, whatever that raises."""
    try:
        return offered(name, origin, load())
    except (PluginError, pluggy.PluginValidationError) as error:
        # The message names the plugin already.
        reason = str(error).removeprefix(f"plugin {name!r} ({origin})").removeprefix(":").strip()
        return Quarantined(name, origin, reason)
    except (Exception, SystemExit):  # whatever importing a plugin raises is shown with the plugin's name
        return Quarantined(name, origin, traceback.format_exc(limit=-3).strip())


def attempt_named(name: str, origin: str) -> Loaded | Quarantined:
    """Load a Python file, the folder of a package, or a module, in this process."""
    return attempt(name, origin, partial(_import_named, origin))


def close(implementations: Iterable[Implementation]) -> None:
    """End what implementations have running in other processes."""
    for implementation in implementations:
        if isinstance(implementation, Elsewhere):
            implementation.close()


def _plugin_name(origin: str) -> str:
    return Path(origin).stem if _is_path(origin) else origin


def _own_first(entry: importlib.metadata.EntryPoint) -> tuple[bool, str]:
    # The first to offer a name keeps it, and the reference is found by its name.
    return entry.dist is None or entry.dist.name != DISTRIBUTION, entry.name


def offered(name: str, origin: str, plugin: object) -> Loaded:
    """Call the hooks of one plugin and check what they return.

    Raises:
        PluginError: naming plugin, hook, what was expected and what came.
    """
    manager = _Manager(PROJECT)
    manager.add_hookspecs(hook_specifications)
    hooks = [hook for hook in vars(hook_specifications) if hook.startswith(f"{PROJECT}_")]
    where = f"plugin {name!r} ({origin})"
    for attribute in dir(plugin):
        value = getattr(plugin, attribute, None)
        if not attribute.startswith(f"{PROJECT}_") or isinstance(value, ModuleType):
            continue
        if attribute not in hooks:
            raise PluginError(f"{where}: there is no hook {attribute}.{nearest(attribute, hooks)}")
        if not callable(value):
            raise PluginError(f"{where}: expected {attribute} to be a function, got {type(value).__name__} {value!r}")
    manager.register(plugin, name)
    manager.check_pending()
    implementations = _listed(where, manager, "harness_implementations", Implementation)
    if isinstance(plugin, ModuleType) and not manager.get_hookcallers(plugin):
        implementations = [value for value in vars(plugin).values() if isinstance(value, Implementation)]
        if not implementations:
            raise PluginError(
                f"{where} offers nothing: expected a hook such as harness_implementations(), or an implementation "
                "as a module-level name."
            )
    for implementation in implementations:
        _check_implementation(where, implementation)
    return Loaded(
        name,
        origin,
        tuple(implementations),
        tuple(_listed(where, manager, "harness_cases", Case)),
        tuple(_listed(where, manager, "harness_writers", Writer)),
        tuple(_listed(where, manager, "harness_faults", Fault)),
    )


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


def _refuse_taken_names(plugin: Loaded, loaded: Sequence[Loaded]) -> None:
    for what in ("implementation", "fault"):
        taken = {found.name: other for other in loaded for found in getattr(other, f"{what}s")}
        own: set[str] = set()
        for found in getattr(plugin, f"{what}s"):
            if found.name in taken or found.name in own:
                other = taken.get(found.name, plugin)
                raise PluginError(
                    f"it offers the {what} {found.name!r}, a name already taken by plugin {other.name!r} "
                    f"({other.origin}). Expected another name."
                )
            own.add(found.name)


def _is_path(origin: str) -> bool:
    return origin.endswith(".py") or (Path(origin) / "__init__.py").is_file()


def _import_named(origin: str) -> ModuleType:
    if not _is_path(origin):
        return importlib.import_module(origin)
    path = Path(origin)
    if path.is_dir():
        return _import_path(origin, path.resolve() / "__init__.py", path.resolve().name, path.resolve().parent)
    if not path.is_file():
        raise PluginError(f"--impl {origin}: there is no such file")
    return _import_path(origin, path, path.stem, path.resolve().parent)


def _import_path(origin: str, path: Path, name: str, beside: Path) -> ModuleType:
    if name in sys.modules:
        # A file named like a module that is loaded already, such as json.py, must not take its place.
        name = str(path.resolve().with_suffix(""))
    inside = [str(path.parent)] if path.name == "__init__.py" else None
    specification = importlib.util.spec_from_file_location(name, path, submodule_search_locations=inside)
    if specification is None or specification.loader is None:
        raise PluginError(f"--impl {origin}: expected a Python file, name ending in .py")
    module = importlib.util.module_from_spec(specification)
    # What lies beside the file can be imported from it, as when Python runs it.
    sys.path.insert(0, str(beside))
    sys.modules[name] = module
    try:
        specification.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def load_and_choose(
    values: Iterable[str], load_named: LoadNamed | None = None
) -> tuple[Plugins, tuple[Implementation, ...]]:
    """Load all plugins and return them with the implementations that ``--impl`` names, or the default ones.

    Args:
        values: names of implementations, and files, folders and modules that offer some.
        load_named: loads one of the latter; by default in this process.

    Raises:
        HarnessError: a value names nothing, or what it names cannot be loaded.
    """
    values = list(values)
    installed = load_plugins()
    known = {*installed.implementations, *(each.name for each in installed.loaded)}
    known |= {each.name for each in installed.quarantined}
    named = [value for value in values if value not in known and (_is_path(value) or _is_module(value))]
    plugins = _with_named(installed, named, load_named)
    try:
        return plugins, plugins.choose(_names(values, named, plugins))
    except BaseException:
        close(plugins.implementations.values())
        raise


def _names(values: Iterable[str], named: Sequence[str], plugins: Plugins) -> list[str]:
    names: list[str] = [value for value in values if value not in named]
    for origin in named:
        aside = [plugin for plugin in plugins.quarantined if plugin.origin == origin]
        if aside:
            raise HarnessError(str(aside[0]))
        offering = [plugin for plugin in plugins.loaded if plugin.origin == origin]
        names += [found.name for plugin in offering for found in plugin.implementations]
    return names


def _is_module(value: str) -> bool:
    parts = value.split(".")
    return all(part.isidentifier() for part in parts) and importlib.util.find_spec(parts[0]) is not None
