"""Layerwise: an implementation made of operators, composed and trained by the harness."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from harness.case import Case
from harness.errors import Unsupported
from harness.implementation import Implementation
from harness.layerwise.operators import check_operator, operator_kind
from harness.layerwise.training import train
from harness.observables import Observable
from harness.problem import Array, Problem
from harness.specification import Specification

C = TypeVar("C", bound=type)
Operators = Mapping[type[Specification], Any]


class Layerwise(Implementation):
    """An implementation given operator by operator (see ``harness.layerwise.operators`` for their functions).

    Layers and activations that are not given are unsupported. A loss or optimizer that is not given is computed by
    the harness, and what it computes is counted as unobserved, never as passed.

    Example:
        >>> mine = Layerwise("mine")
        >>> @mine.implements("relu")
        ... class Relu:
        ...     def forward(self, activation, x):
        ...         return x.clip(0), x > 0
        ...
        ...     def backward(self, activation, cache, dy):
        ...         return dy * cache
    """

    def __init__(self, name: str, version: str = "0", operators: Operators | None = None, default: bool = True) -> None:
        self.name = name
        self.version = version
        self.default = default
        self._operators: dict[type[Specification], Any] = dict(operators or {})

    @property
    def operators(self) -> Operators:
        """What was given, by specification class."""
        return MappingProxyType(self._operators)

    def implements(self, name: str) -> Callable[[C], C]:
        """Register the decorated class for the operator of that name (``Conv2D``, ``sigmoid``, ``SGD``, …).

        Raises:
            SpecificationError: no operator has that name, or the class lacks a function.
        """
        room, kind = operator_kind(name)

        def register(given: C) -> C:
            operator = given()
            check_operator(room, operator, f"{self.name}'s {name}")
            self._operators[kind] = operator
            return given

        return register

    def run(self, problem: Problem) -> Mapping[str, Array]:
        """Train for the case's steps and return what was computed, also on this implementation's behalf."""
        missing = sorted({kind.__name__ for kind in _needed(problem.case)} - {kind.__name__ for kind in self.operators})
        if missing:
            raise Unsupported(f"{self.name} does not implement {', '.join(missing)}")
        return train(self.name, problem, self.operators)

    def exposes(self, case: Case, observable: Observable) -> bool:
        """Hide what the harness computes on this implementation's behalf."""
        if observable.layer == "loss":
            return type(case.the_loss) in self.operators
        if observable.kind == "update":
            state = next(node.state for node in case.network.nodes if node.name == observable.layer)
            return type(case.the_optimizer) in self.operators or observable.part in state
        return True


def _needed(case: Case) -> set[type[Specification]]:
    """Layers and activations; a Flatten or another layer without one has the linear activation, which is nothing."""
    kinds: set[type[Specification]] = set()
    for node in case.network.nodes:
        if node.layer.kind != "Activation":
            kinds.add(type(node.layer))
        if node.layer.fused_activation.kind != "Linear":
            kinds.add(type(node.layer.fused_activation))
    return kinds
