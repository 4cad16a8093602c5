"""What was found: plugins that work and what they offer, plugins that are not used and why, and a choice among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from harness.cases.case import Case
from harness.cases.samples import samples_of
from harness.errors import PluginError, nearest
from harness.faults.fault import Fault
from harness.implementation.contract import Implementation
from harness.operators.specification import Operator
from harness.report.writer import Writer


@dataclass(frozen=True)
class Loaded:
    """A plugin that works, and what it offers."""

    name: str
    origin: str
    implementations: tuple[Implementation, ...] = ()
    cases: tuple[Case, ...] = ()
    writers: tuple[Writer, ...] = ()
    faults: tuple[Fault, ...] = ()
    operators: tuple[type[Operator], ...] = ()


@dataclass(frozen=True)
class Quarantined:
    """A plugin that was set aside, and why."""

    name: str
    origin: str
    reason: str

    became: ClassVar[str] = "was set aside"

    def __str__(self) -> str:
        return f"plugin {self.name!r} ({self.origin}) {self.became}: {self.reason}"


@dataclass(frozen=True)
class LeftOut(Quarantined):
    """A plugin that the user wants to be without: shown like others that are not used, but nothing is wrong."""

    became: ClassVar[str] = "was left out"


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
        """Cases beside those in case files: those that plugins bring, and the samples of operators that they bring."""
        brought = [case for plugin in self.loaded for case in plugin.cases]
        keys = {case.key for case in brought}
        samples = [case for kind in self.operators.values() for case in samples_of(kind) if case.key not in keys]
        return (*brought, *samples)

    @property
    def writers(self) -> tuple[Writer, ...]:
        """Report writers beside the built-in ones."""
        return tuple(writer for plugin in self.loaded for writer in plugin.writers)

    @property
    def faults(self) -> dict[str, Fault]:
        """By name; names are unique."""
        return {fault.name: fault for plugin in self.loaded for fault in plugin.faults}

    @property
    def operators(self) -> dict[str, type[Operator]]:
        """By kind; kinds are unique."""
        return {kind.kind: kind for plugin in self.loaded for kind in plugin.operators}

    @property
    def found(self) -> tuple[Loaded | Quarantined, ...]:
        """Every plugin, whatever became of it."""
        return (*self.loaded, *self.quarantined)

    def origin_of(self, implementation: Implementation) -> str:
        """Return where an implementation was loaded from: a file's path as it was given, or a module's name."""
        return next(plugin.origin for plugin in self.loaded if implementation in plugin.implementations)

    def choose(self, names: Sequence[str]) -> tuple[Implementation, ...]:
        """Return the named implementations, or all that run by default where none is named.

        Args:
            names: of implementations, or names or origins of plugins, which stand for all of their implementations.

        Raises:
            PluginError: a name that nobody offers, or nothing to run at all.
        """
        known = self.implementations
        chosen = [each for name in names for each in ([known[name]] if name in known else self._of_plugin(name))]
        if not names:
            chosen = [found for found in known.values() if found.default]
        if not chosen:
            raise PluginError("there is no implementation to run. 'harness plugins' shows what was loaded.")
        return tuple(dict.fromkeys(chosen))

    def _of_plugin(self, name: str) -> tuple[Implementation, ...]:
        for plugin in self.found:
            if name in (plugin.name, plugin.origin):
                if isinstance(plugin, Quarantined):
                    raise PluginError(f"--impl {name}: {plugin}")
                if plugin.implementations:
                    return plugin.implementations
        file = f"{name}.py"
        meant = f" Did you mean {file}?" if Path(file).is_file() else nearest(name, self.implementations)
        unused = "; ".join(f"{each.name} {each.became}: {_in_one_line(each.reason)}" for each in self.quarantined)
        raise PluginError(f"--impl {name} names no implementation.{meant}{unused and f' Not loaded: {unused}'}")


def _in_one_line(reason: str) -> str:
    return reason.rpartition("\n")[2] if reason.startswith("Traceback") else reason.partition("\n")[0]
