"""What an implementation supplies for one operator, and who computes what of a case."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from harness.cases.case import Case
from harness.cases.network import Node
from harness.errors import Unsupported
from harness.layerwise.conventions import Conventions
from harness.operators.layers import Layer
from harness.operators.specification import Specification

WITH_LOSS = "+loss"


@dataclass(frozen=True)
class Supplied:
    """One operator as it was supplied.

    Attributes:
        operator: with the functions of ``harness.layerwise.operators``, or with ``placed``, which makes one of those
            for one place in a network (see ``harness.layerwise.description``).
        conventions: its own.
        fused: names of the activations that it applies itself; for a loss, of the activation at whose input its
            gradient is; ``softmax+loss`` for a layer that applies a softmax and leaves its derivative to such a loss.
    """

    operator: Any
    conventions: Conventions = field(default=Conventions())
    fused: tuple[str, ...] = ()

    @property
    def applies(self) -> tuple[str, ...]:
        """Names of the activations that it applies itself."""
        return tuple(name.removesuffix(WITH_LOSS) for name in self.fused)


@dataclass(frozen=True)
class NodePlan:
    """Who computes what of one node.

    Attributes:
        node: the node.
        layer: what the operator is told: the node's layer, with the activation of the next one where both are one.
        supplied: who computes the layer; None for what the harness does on its behalf.
        activation: who computes the activation after it; None where there is none or the layer does it.
    """

    node: Node
    layer: Layer
    supplied: Supplied | None
    activation: Supplied | None


@dataclass(frozen=True)
class Plan:
    """Who computes what of a case.

    Attributes:
        nodes: by node's name, in order.
        loss, optimizer: None where the harness does it on the implementation's behalf.
        hidden: ends of the names of observables that are never seen, such as ``forward/dense`` where the activation
            that comes after it is part of it.
        gradient_before_softmax: True where the loss's gradient is that at the input of the last softmax.
    """

    nodes: Mapping[str, NodePlan]
    loss: Supplied | None
    optimizer: Supplied | None
    hidden: frozenset[str]
    gradient_before_softmax: bool


def planned(name: str, case: Case, supplied: Mapping[type[Specification], Supplied]) -> Plan:
    """Return who computes what of a case.

    Args:
        name: the implementation's.
        case: what is to be computed.
        supplied: by specification class.

    Raises:
        Unsupported: something is not supplied, or is supplied only together with what the case has not.
    """
    loss = supplied.get(type(case.the_loss))
    hidden: set[str] = set()
    plans: dict[str, NodePlan] = {}
    merged: set[str] = set()
    missing: set[str] = set()
    for node in case.network.nodes:
        own = None if node.name in merged else supplied.get(type(node.layer))
        layer, activation = node.layer, node.layer.fused_activation
        if own is None and not node.layer.only_activates:
            missing.add(node.layer.kind)
        elif own is not None and own.fused and activation.keras_name not in own.applies and "linear" not in own.applies:
            after = _only_reader(case, node)
            if (
                not activation.is_identity
                or after is None
                or after.layer.fused_activation.keras_name not in own.applies
            ):
                raise Unsupported(f"{name}'s {node.layer.kind} always applies {' or '.join(own.applies)}")
            layer = replace(node.layer, activation=after.layer.fused_activation)  # type: ignore[call-arg]
            merged.add(after.name)
            hidden |= {f"forward/{node.name}", f"backward/{after.name}"}
        apart = not (activation.is_identity or node.name in merged or (own and activation.keras_name in own.applies))
        if apart and type(activation) not in supplied:
            missing.add(activation.kind)
        if own is not None and f"softmax{WITH_LOSS}" in own.fused:
            _expect_fused_loss(name, case, node, layer, loss)
        plans[node.name] = NodePlan(node, layer, own, supplied.get(type(activation)) if apart else None)
    if missing:
        raise Unsupported(f"{name} does not implement {', '.join(sorted(missing))}")
    before_softmax = loss is not None and bool(loss.fused)
    if before_softmax:
        if not case.network.nodes[-1].layer.fused_activation.sums_to_one:
            raise Unsupported(f"{name}'s {case.the_loss.kind} gives the gradient at the input of a softmax")
        last = list(plans.values())[-1]
        if last.supplied is not None and "softmax" in last.supplied.fused:
            raise Unsupported(
                f"{name}'s {last.layer.kind} wants the gradient at the output of its softmax, and its loss gives that "
                "at the input. If it leaves softmax's derivative to the loss, declare fused='softmax+loss'"
            )
        hidden.add("backward/loss")
    return Plan(plans, loss, supplied.get(type(case.the_optimizer)), frozenset(hidden), before_softmax)


def _only_reader(case: Case, node: Node) -> Node | None:
    readers = [reader for reader in case.network.nodes if node.name in reader.inputs]
    return readers[0] if len(readers) == 1 and readers[0].layer.only_activates else None


def _expect_fused_loss(name: str, case: Case, node: Node, layer: Layer, loss: Supplied | None) -> None:
    """Refuse a layer that leaves the derivative of its softmax to the loss, where there is no such loss after it."""
    if layer.fused_activation.keras_name != "softmax":
        return
    after = _only_reader(case, node)
    last = case.network.nodes[-1] in (node, after)
    if loss is None or "softmax" not in loss.fused or not last:
        raise Unsupported(
            f"{name}'s {layer.kind} leaves the derivative of its softmax to a loss that is not the case's"
        )
