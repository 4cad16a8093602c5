"""Loading plugins one by one: what is broken is set aside with its reason, and the rest goes on."""

import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType, ModuleType

import pluggy

from harness.errors import PluginError
from harness.implementation.contract import Implementation, RemoteImplementation
from harness.operators import OPERATORS
from harness.operators.checking import place_of
from harness.operators.discovery import entry_points
from harness.operators.specification import Operator
from harness.plugins.asking import offered
from harness.plugins.found import LeftOut, Loaded, Plugins, Quarantined
from harness.plugins.importing import import_named, is_importable, plugin_name
from harness.plugins.installed import not_wanted

# Loads what a user names, from its plugin name and what the user wrote.
LoadNamed = Callable[[str, str], Loaded | Quarantined]

NOTHING: Mapping[str, ModuleType] = MappingProxyType({})


def load_plugins(
    named: Iterable[str] = (), load_named: LoadNamed | None = None, imported: Mapping[str, ModuleType] = NOTHING
) -> Plugins:
    """Load what installed packages bring, this package's own first, then what is imported, then what the user names.

    Args:
        named: Python files, folders of packages or modules, with hooks or with implementations as module-level names.
        load_named: loads one of them; by default in this process.
        imported: modules that somebody else has imported to be plugins, by where they come from.
    """
    entries = entry_points()
    aside = tuple(not_wanted(entries))
    left_out = {(each.name, each.origin) for each in aside if isinstance(each, LeftOut)}
    wanted = [entry for entry in entries if (entry.name, entry.value) not in left_out]
    plugins = _with(Plugins((), aside), (attempt(entry.name, entry.value, entry.load) for entry in wanted))
    # What an installed package brings is not loaded twice, nor at all where it was left out.
    origins = {each.origin for each in plugins.found}
    others = {origin: module for origin, module in imported.items() if origin not in origins}
    plugins = _with(plugins, (attempt(plugin_name(o), o, partial(_itself, m)) for o, m in others.items()))
    return _with_named(plugins, named, load_named)


def load_values(
    values: Iterable[str], load_named: LoadNamed | None = None, imported: Mapping[str, ModuleType] = NOTHING
) -> tuple[Plugins, tuple[str, ...]]:
    """Load all plugins, and what ``--impl`` names beside the names of those; return also which values these were.

    Args:
        values: names of implementations, and files, folders and modules that offer some.
        load_named: loads one of the latter; by default in this process.
        imported: as for ``load_plugins``.
    """
    installed = load_plugins(imported=imported)
    known = {*installed.implementations, *(word for each in installed.found for word in (each.name, each.origin))}
    named = tuple(dict.fromkeys(value for value in values if value not in known and is_importable(value)))
    return _with_named(installed, named, load_named), named


def load_and_choose(
    values: Iterable[str], load_named: LoadNamed | None = None, imported: Mapping[str, ModuleType] = NOTHING
) -> tuple[Plugins, tuple[Implementation, ...]]:
    """Load all plugins and return them with the implementations that ``--impl`` names, or the default ones.

    Args:
        values: names of implementations and of plugins, and files, folders and modules to load.
        load_named: loads one of the latter; by default in this process.
        imported: as for ``load_plugins``.

    Raises:
        HarnessError: a value names nothing, or what it names cannot be loaded.
    """
    values = list(values)
    plugins, named = load_values(values, load_named, imported)
    # A file may bring cases, faults or writers only, for whatever else is run.
    others = {each.origin for each in plugins.loaded if each.origin in named and not each.implementations}
    try:
        return plugins, plugins.choose([value for value in values if value not in others])
    except BaseException:
        close(plugins.implementations.values())
        raise


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
    return attempt(name, origin, partial(import_named, origin))


def close(implementations: Iterable[Implementation]) -> None:
    """End what implementations have running in other processes."""
    for implementation in implementations:
        if isinstance(implementation, RemoteImplementation):
            implementation.close()


def _with_named(plugins: Plugins, named: Iterable[str], load_named: LoadNamed | None) -> Plugins:
    return _with(plugins, ((load_named or attempt_named)(plugin_name(origin), origin) for origin in named))


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


def _refuse_taken_names(plugin: Loaded, loaded: Sequence[Loaded]) -> None:
    _refuse_taken_kinds(plugin, loaded)
    for what in ("implementation", "fault", "writer"):
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


def _refuse_taken_kinds(plugin: Loaded, loaded: Sequence[Loaded]) -> None:
    places = {kind.kind: (kind, f"plugin {other.name!r}") for other in loaded for kind in other.operators}
    places |= {name: (kind, "this package") for name, kind in OPERATORS.items()}
    own: dict[str, type[Operator]] = {}
    for kind in plugin.operators:
        first, owner = places.get(kind.kind, (own.get(kind.kind, kind), f"plugin {plugin.name!r}"))
        if first is not kind:
            raise PluginError(
                f"it offers the operator {kind.kind!r} ({place_of(kind)}), a name already taken by {owner} "
                f"({place_of(first)}). Expected another name."
            )
        own[kind.kind] = kind


def _itself(module: ModuleType) -> ModuleType:
    return module
