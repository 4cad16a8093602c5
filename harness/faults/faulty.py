"""Implementations made of right operators and planted faults."""

from collections.abc import Iterable, Mapping
from typing import Any

from harness.cases.case import Case
from harness.cases.problem import Array, Problem
from harness.errors import SpecificationError
from harness.faults.fault import Fault
from harness.faults.planted import Changes, planted_class
from harness.faults.stages import Operators, Setting
from harness.layerwise import Layerwise
from harness.operators.specification import Specification


def faulty(
    faults: Fault | Iterable[Fault], operators: Operators, name: str, *, version: str = "0", default: bool = False
) -> Layerwise:
    """Return an implementation made of right operators, with one fault or several planted in them.

    Args:
        faults: those of one operator are planted in it together.
        operators: the right ones, by specification class.
        name: of the implementation.
        version: of the implementation.
        default: True to be part of runs that do not name it.

    Raises:
        SpecificationError: two faults do different things at one place, or a fault's operator is not given.
    """
    together = (faults,) if isinstance(faults, Fault) else tuple(faults)
    return _Faulty(name, version, operators, default, _combined(together, operators))


def planted(faults: Fault | Iterable[Fault], operators: Operators, case: Case) -> dict[type[Specification], Any]:
    """Return the operators for one run of a case, those of the faults replaced; what they remember starts afresh.

    Raises:
        SpecificationError: as ``faulty``.
    """
    together = (faults,) if isinstance(faults, Fault) else tuple(faults)
    return _planted(_combined(together, operators), operators, case)


class _Faulty(Layerwise):
    def __init__(
        self,
        name: str,
        version: str,
        operators: Operators,
        default: bool,
        changes: Mapping[type[Specification], Changes],
    ) -> None:
        super().__init__(name, version, operators, default)
        self._changes = changes

    def run(self, problem: Problem) -> Mapping[str, Array]:
        """Train with operators of this run alone: nothing that a fault remembers reaches the next run."""
        fresh = _planted(self._changes, self.operators, problem.case)
        return Layerwise(self.name, self.version, fresh).run(problem)


def _combined(faults: tuple[Fault, ...], operators: Operators) -> dict[type[Specification], dict[str, Any]]:
    found: dict[type[Specification], dict[str, Any]] = {}
    for fault in faults:
        if fault.on not in operators:
            raise SpecificationError(
                f"fault {fault.name!r} expected a right {fault.on.__name__} to replace, got operators without it."
            )
        together = found.setdefault(fault.on, {})
        for place, change in fault.changes.items():
            if together.setdefault(place, change) != change:
                other = next(each.name for each in faults if each.on is fault.on and place in each.changes)
                raise SpecificationError(
                    f"fault {fault.name!r} expected {place} at its default, got what fault {other!r} does there."
                )
    return found


def _planted(
    changes: Mapping[type[Specification], Changes], operators: Operators, case: Case
) -> dict[type[Specification], Any]:
    setting = Setting(case, operators)
    return {**operators, **{on: planted_class(on)(each, operators[on], setting) for on, each in changes.items()}}
