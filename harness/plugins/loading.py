"""Loading plugins one by one: what is broken is set aside with its reason, and the rest goes on."""

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
from harness.implementation import API_VERSION, Implementation
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


def load_plugins(files: Iterable[str] = ()) -> Plugins:
    """Load every entry point of the group ``harness``, this package's own first, and then the named files.

    Args:
        files: paths of Python files with hooks, or with implementations as module-level names.
    """
    sources: list[tuple[str, str, Callable[[], object]]] = [
        (entry.name, entry.value, entry.load)
        for entry in sorted(importlib.metadata.entry_points(group=PROJECT), key=_own_first)
    ]
    sources += [(Path(path).stem, path, partial(_import_file, Path(path))) for path in files]
    loaded: list[Loaded] = []
    quarantined: list[Quarantined] = []
    for name, origin, load in sources:
        try:
            plugin = offered(name, origin, load())
            _refuse_taken_names(plugin, loaded)
        except (PluginError, pluggy.PluginValidationError) as error:
            # The message names the plugin already.
            reason = str(error).removeprefix(f"plugin {name!r} ({origin})").removeprefix(":").strip()
            quarantined.append(Quarantined(name, origin, reason))
        except (Exception, SystemExit):  # whatever importing a plugin raises is shown with the plugin's name
            quarantined.append(Quarantined(name, origin, traceback.format_exc(limit=-3).strip()))
        else:
            loaded.append(plugin)
    return Plugins(tuple(loaded), tuple(quarantined))


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


def _import_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise PluginError(f"--impl {path}: there is no such file")
    # A file named like a module that is loaded already, such as json.py, must not take its place.
    name = path.stem if path.stem not in sys.modules else str(path.resolve().with_suffix(""))
    specification = importlib.util.spec_from_file_location(name, path)
    if specification is None or specification.loader is None:
        raise PluginError(f"--impl {path}: expected a Python file, name ending in .py")
    module = importlib.util.module_from_spec(specification)
    # What lies beside the file can be imported from it, as when Python runs it.
    sys.path.insert(0, str(path.resolve().parent))
    sys.modules[name] = module
    try:
        specification.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def split_names_and_files(values: Iterable[str]) -> tuple[list[str], list[str]]:
    """Divide the values of ``--impl`` into names and paths of Python files."""
    values = list(values)
    files = [value for value in values if value.endswith(".py")]
    return [value for value in values if value not in files], files


def load_and_choose(values: Iterable[str]) -> tuple[Plugins, tuple[Implementation, ...]]:
    """Load all plugins and return them with the implementations that ``--impl`` names, or the default ones."""
    names, files = split_names_and_files(values)
    plugins = load_plugins(files)
    for path in files:
        aside = [plugin for plugin in plugins.quarantined if plugin.origin == path]
        if aside:
            raise HarnessError(str(aside[0]))
        names += [found.name for plugin in plugins.loaded if plugin.origin == path for found in plugin.implementations]
    return plugins, plugins.choose(names)
