"""Implementations made of right operators and planted faults."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from harness.cases.case import Case
from harness.cases.problem import Array, Problem
from harness.errors import SpecificationError
from harness.faults.fault import Fault
from harness.faults.rules import Rule
from harness.faults.stages import Operators, Setting
from harness.layerwise import Layerwise
from harness.operators.specification import Specification


def faulty(
    faults: Fault | Iterable[Fault], operators: Operators, name: str, *, version: str = "0", default: bool = False
) -> Layerwise:
    """Return an implementation made of right operators, with one fault or several planted in them.

    Args:
        faults: those of one rule become one rule with all their knobs.
        operators: the right ones, by specification class.
        name: of the implementation.
        version: of the implementation.
        default: True to be part of runs that do not name it.

    Raises:
        SpecificationError: two faults turn one knob to different values, or a fault's operator is not given.
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
        rules: Mapping[type[Specification], Rule],
    ) -> None:
        super().__init__(name, version, operators, default)
        self._rules = rules

    def run(self, problem: Problem) -> Mapping[str, Array]:
        """Train with operators of this run alone: nothing that a fault remembers reaches the next run."""
        fresh = _planted(self._rules, self.operators, problem.case)
        return Layerwise(self.name, self.version, fresh).run(problem)


def _combined(faults: tuple[Fault, ...], operators: Operators) -> dict[type[Specification], Rule]:
    rules: dict[type[Specification], Rule] = {}
    for fault in faults:
        if fault.operator not in operators:
            raise SpecificationError(
                f"fault {fault.name!r} expected a right {fault.operator.__name__} to replace, got operators without it."
            )
        rules[fault.operator] = _merged(rules.get(fault.operator, type(fault.rule)()), fault)
    return rules


def _merged(rule: Rule, fault: Fault) -> Rule:
    if type(rule) is not type(fault.rule):
        raise SpecificationError(
            f"fault {fault.name!r} expected to be the only rule for {fault.operator.__name__}, got two kinds of rule: "
            f"{type(rule).__name__} and {type(fault.rule).__name__}."
        )
    for knob, value in fault.knobs.items():
        if rule.knobs.get(knob, value) != value:
            raise SpecificationError(
                f"fault {fault.name!r} expected {knob} at its default, got another fault's {rule.knobs[knob]!r}."
            )
    return replace(rule, **fault.knobs)


def _planted(
    rules: Mapping[type[Specification], Rule], operators: Operators, case: Case
) -> dict[type[Specification], Any]:
    setting = Setting(case, operators)
    return {**operators, **{kind: rule.planted(operators[kind], setting) for kind, rule in rules.items()}}
