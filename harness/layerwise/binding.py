"""From what was supplied to operators at work: for one node, in one format, spoken to in their own conventions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.cases.case import Case
from harness.layerwise import on_behalf
from harness.layerwise.conventions import Conventions
from harness.layerwise.operators import ActivationOperator, LayerOperator, LossOperator, OptimizerOperator
from harness.layerwise.plan import NodePlan, Plan, Supplied
from harness.layerwise.translation import TranslatedActivation, TranslatedLayer, TranslatedLoss, TranslatedOptimizer
from harness.operators.losses import Loss
from harness.operators.specification import Shape, Specification

DType = np.dtype[Any]


@dataclass(frozen=True)
class BoundNode:
    """Operators for one node's layer and activation; the activation is None where there is nothing to do."""

    plan: NodePlan
    layer: LayerOperator
    activation: ActivationOperator | None


@dataclass(frozen=True)
class BoundPlan:
    """All operators of one run."""

    plan: Plan
    nodes: Mapping[str, BoundNode]
    loss: LossOperator
    optimizer: OptimizerOperator

    @property
    def findings(self) -> tuple[str, ...]:
        """What operators found out about themselves on the way."""
        found: dict[str, None] = {}
        for node in self.nodes.values():
            found |= dict.fromkeys(getattr(node.layer, "findings", ()))
        return tuple(found)


def bound(name: str, plan: Plan, case: Case, dtype: DType) -> BoundPlan:
    """Return operators for one run, which remember nothing of any other.

    Args:
        name: the implementation's.
        plan: who computes what.
        case: what is computed.
        dtype: of the problem.
    """
    batch = case.batch_size
    nodes = {node: bound_node(name, each, batch, dtype) for node, each in plan.nodes.items()}
    loss = bound_loss(name, plan.loss, case.the_loss, dtype)
    return BoundPlan(plan, nodes, loss, _optimizer(plan.optimizer, batch, dtype))


def bound_node(name: str, plan: NodePlan, batch: int, dtype: DType) -> BoundNode:
    """Return the operators of one node."""
    return BoundNode(plan, _layer(name, plan, batch, dtype), _activation(name, plan, dtype))


def _layer(name: str, plan: NodePlan, batch: int, dtype: DType) -> LayerOperator:
    if plan.supplied is None:
        return on_behalf.Identity()
    conventions = plan.supplied.conventions
    operator: LayerOperator = _own(name, plan.supplied, plan.layer, plan.node.input_shapes)
    if conventions == Conventions():
        return operator
    return TranslatedLayer(operator, conventions, plan.node, batch, dtype)


def _activation(name: str, plan: NodePlan, dtype: DType) -> ActivationOperator | None:
    if plan.activation is None:
        return None
    operator: ActivationOperator = _own(
        name, plan.activation, plan.node.layer.fused_activation, (plan.node.output_shape,)
    )
    conventions = plan.activation.conventions
    return operator if conventions == Conventions() else TranslatedActivation(operator, conventions, dtype)


def bound_loss(name: str, supplied: Supplied | None, loss: Loss, dtype: DType) -> LossOperator:
    """Return the operator of the loss."""
    if supplied is None:
        return on_behalf.Loss()
    operator: LossOperator = _own(name, supplied, loss, ())
    return operator if supplied.conventions == Conventions() else TranslatedLoss(operator, supplied.conventions, dtype)


def _optimizer(supplied: Supplied | None, batch: int, dtype: DType) -> OptimizerOperator:
    if supplied is None:
        return on_behalf.Optimizer()
    operator: OptimizerOperator = supplied.operator
    plain = supplied.conventions.average != "update" and not supplied.conventions.dtype
    return operator if plain else TranslatedOptimizer(operator, supplied.conventions, batch, dtype)


def _own(name: str, supplied: Supplied, specification: Specification, input_shapes: tuple[Shape, ...]) -> Any:
    placed = getattr(supplied.operator, "placed", None)
    return placed(name, specification, input_shapes) if placed is not None else supplied.operator
