"""Composition: the operators that one implementation supplies, put together to networks and trained."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from harness.cases.case import Case
from harness.cases.problem import Array, Problem
from harness.layerwise.binding import bound
from harness.layerwise.observed import Observed
from harness.layerwise.plan import Plan, Supplied, planned
from harness.layerwise.position import Position
from harness.layerwise.training import train
from harness.numerics.arithmetic import FLOAT32, Arithmetic, arithmetic_of
from harness.operators.specification import Specification


@dataclass(frozen=True)
class Composition:
    """What an implementation supplies.

    Attributes:
        name: the implementation's.
        supplied: its operators, by specification class.
    """

    name: str
    supplied: Mapping[type[Specification], Supplied]

    def plan(self, case: Case) -> Plan:
        """Return who computes what of a case.

        Raises:
            Unsupported: something is not supplied, or is supplied only together with what the case has not.
        """
        return planned(self.name, case, self.supplied)

    def used(self, case: Case) -> Mapping[type[Specification], Supplied]:
        """Return what a case needs of what is supplied."""
        nodes = case.network.nodes
        kinds: list[type[Specification]] = [type(node.layer) for node in nodes]
        kinds += [type(node.layer.fused_activation) for node in nodes]
        kinds += [type(case.the_loss), type(case.the_optimizer)]
        return {kind: self.supplied[kind] for kind in dict.fromkeys(kinds) if kind in self.supplied}

    def arithmetic(self, case: Case) -> Arithmetic:
        """Return float32 where everything of a case is computed in it, whatever the case's format."""
        formats = {supplied.conventions.dtype for supplied in self.used(case).values()}
        return FLOAT32 if "float32" in formats else arithmetic_of(case.dtype)

    def otherwise(self, kind: type[Specification], supplied: Supplied) -> "Composition":
        """Return a copy in which one operator is supplied otherwise."""
        return replace(self, supplied={**self.supplied, kind: supplied})

    def trained(
        self, problem: Problem, shown: dict[str, Array] | None = None, position: Position | None = None
    ) -> Observed:
        """Train for the case's steps; what came before an error is in ``shown``, and ``position`` is where it came."""
        operators = bound(self.name, self.plan(problem.case), problem.case, problem.dtype)
        shown = {} if shown is None else shown
        train(self.name, problem, operators, shown, position or Position())
        return Observed(shown, operators.findings)
