"""``--impl`` and ``--in-process``: the plugins of a run, and which of their implementations are verified."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.errors import HarnessError
from harness.pytest_plugin import seed
from harness.pytest_plugin.limits import limits_of
from harness.pytest_plugin.options import begins_here, group_of, refusing

if TYPE_CHECKING:
    from harness.implementation.contract import Implementation
    from harness.plugins.found import Plugins

CHOSEN = pytest.StashKey["Chosen"]()
# The names of pytest's plugins at its start. What it meets while collecting differs between the processes of a run.
EARLY = pytest.StashKey[frozenset[str]]()


@dataclass(frozen=True)
class Chosen:
    """What one process has to verify.

    Attributes:
        plugins: all that was found.
        implementations: those to verify, in order.
        options: what pytest needs beside a test's id to repeat it, by implementation.
    """

    plugins: "Plugins"
    implementations: "tuple[Implementation, ...]"
    options: Mapping[str, tuple[str, ...]]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = group_of(parser)
    group.addoption(
        "--impl",
        action="append",
        default=[],
        metavar="NAME|FILE",
        help="implementation to verify: a name ('harness plugins' lists them), a Python file, or a package; may be "
        "repeated. What a file or package offers runs in a process of its own, but not what -p or a conftest.py brings",
    )
    group.addoption(
        "--in-process", action="store_true", help="run what files and packages offer in pytest's own process, unlimited"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse what nobody offers before anything is collected."""
    _early(config)
    if begins_here(config) and config.option.impl:
        with refusing():
            chosen(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what runs in other processes, however the run came to its end."""
    if CHOSEN in config.stash:
        from harness.plugins.loading import close

        close(config.stash[CHOSEN].plugins.implementations.values())


def chosen(config: pytest.Config) -> Chosen:
    """Return what this process has to verify; plugins are loaded at the first call.

    Raises:
        HarnessError: plugins or options do not allow a run.
    """
    if CHOSEN not in config.stash:
        config.stash[CHOSEN] = _loaded(config)
    return config.stash[CHOSEN]


def too_late(config: pytest.Config) -> str:
    """Return what is wrong with a conftest.py with hooks that pytest did not import at its start; empty without one.

    pytest imports those of deeper folders when it collects there, which is too late for ``--impl`` and for the cases of
    files before.
    """
    from harness.plugins.from_pytest import modules_of

    late = _plugins_of_pytest(config) - _early(config)
    for origin in modules_of(config, late):
        return (
            f"{origin} has hooks, but pytest meets it only while collecting, after plugins were loaded. Move the hooks "
            f"to the conftest.py of pytest's rootdir, or name the folder: pytest {Path(origin).parent}"
        )
    return ""


def _early(config: pytest.Config) -> frozenset[str]:
    return config.stash.setdefault(EARLY, _plugins_of_pytest(config))


def _plugins_of_pytest(config: pytest.Config) -> frozenset[str]:
    return frozenset(name for name, _ in config.pluginmanager.list_name_plugin())


def _loaded(config: pytest.Config) -> Chosen:
    from harness.plugins.from_pytest import modules_of
    from harness.plugins.loading import close, load_and_choose
    from harness.workers.isolated import Loader
    from harness.workers.limits import limit_all

    option, limits = config.option, limits_of(config)
    load_named = None if option.in_process else Loader(limits)
    plugins, implementations = load_and_choose(option.impl, load_named, modules_of(config, _early(config)))
    limit_all(implementations, limits)
    for aside in plugins.quarantined:
        if aside.origin in (option.plugins or ()):
            close(plugins.implementations.values())
            raise HarnessError(str(aside))
    return Chosen(plugins, implementations, {each.name: _repeating(each, plugins, config) for each in implementations})


def _repeating(implementation: "Implementation", plugins: "Plugins", config: pytest.Config) -> tuple[str, ...]:
    option = config.option
    origin = plugins.origin_of(implementation)
    of_pytest = origin in (option.plugins or ())
    named = origin in option.impl and not of_pytest
    needed = origin if named else "" if implementation.default else implementation.name
    return (
        *(("-p", origin) if of_pytest else ()),
        *(("--impl", needed) if needed else ()),
        *(("--in-process",) if named and option.in_process else ()),
        *seed.repeating(config),
    )
