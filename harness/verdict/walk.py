"""What every observable of a Case should be, given those that an implementation showed.

The walk follows training as ``harness.layerwise.training`` composes it: forward over the graph, loss, backward,
optimizer, step by step, then the prediction. Where an observable is an *anchor*, the walk goes on from the
implementation's own numbers, which are exact by definition; elsewhere from the estimate, with its error.

- ``local``: everything shown is an anchor. Each stage stands or falls alone, and ties and kinks are decided by the
  implementation's own values.
- ``end_to_end``: only the weights before each step are anchors. Errors are propagated through the network, and a trace
  that is right stage by stage but belongs to another input is found out. Weights are anchors because correct
  implementations drift apart over many steps.

What cannot be an anchor: an observable that is missing, has another shape, or is not finite everywhere. Behind one that
is not finite the walk is blind: what an infinity or NaN makes of a correct stage is not followed.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

from harness.network import INPUT, Node
from harness.observables import backward_name
from harness.problem import Array, Batch, Problem
from harness.verdict.arithmetic import Arithmetic
from harness.verdict.estimate import Estimate
from harness.verdict.layers.add import added
from harness.verdict.operators import operator_of


class Origin(IntEnum):
    """What a value was computed from; the largest of several counts.

    - ANCHORS: the implementation's own values, so that one stage's rounding is all that differs.
    - ESTIMATES: values that are no anchors, so that errors which elements inherit together are in play.
    - BLIND: values that are not finite in the implementation.
    """

    ANCHORS = 0
    ESTIMATES = 1
    BLIND = 2


@dataclass(frozen=True)
class Expected:
    """What one observable should be: its values with their errors, and what they were computed from."""

    estimate: Estimate
    origin: Origin


def local(problem: Problem, shown: Mapping[str, Array], arithmetic: Arithmetic) -> dict[str, Expected]:
    """Return what each required observable should be, stage by stage, in the order of computation."""
    return _Walk(problem, shown, shown, arithmetic).expected()


def end_to_end(problem: Problem, shown: Mapping[str, Array], arithmetic: Arithmetic) -> dict[str, Expected]:
    """Return what each required observable should be, from the input and the weights before each step."""
    weights = {name for name in shown if name.split("/")[1:2] == ["update"]}
    return _Walk(problem, shown, weights, arithmetic).expected()


@dataclass(frozen=True)
class _Value:
    """An estimate on its way."""

    estimate: Estimate
    origin: Origin = Origin.ANCHORS


Weights = Mapping[str, Mapping[str, _Value]]
Slots = Mapping[tuple[str, str], tuple[Mapping[str, Estimate], Origin]]


@dataclass(frozen=True)
class _Stage:
    """What one layer's forward pass leaves behind: linear part, output, cache, and what these were computed from."""

    linear: Estimate
    output: _Value
    cache: Any
    origin: Origin


class _Walk:
    """One Problem, walked along one implementation's observables."""

    def __init__(
        self, problem: Problem, shown: Mapping[str, Array], anchors: Container[str], arithmetic: Arithmetic
    ) -> None:
        self.problem = problem
        self.case = problem.case
        self.nodes = problem.case.network.nodes
        self.shown = shown
        self.anchors = anchors
        self.arithmetic = arithmetic
        self.found: dict[str, Expected] = {}

    def expected(self) -> dict[str, Expected]:
        # What an implementation shows may be anything; what comes of it is judged where it is compared.
        with np.errstate(all="ignore"):
            self._train()
        return self.found

    def _train(self) -> None:
        weights: Weights = {
            node.name: {
                name: _Value(Estimate.exact(array))
                for arrays in (self.problem.weights, self.problem.state)
                for name, array in arrays.get(node.name, {}).items()
            }
            for node in self.nodes
        }
        slots: Slots = {}
        for step, batch in enumerate(self.problem.batches, 1):
            stages = self._forward(step, weights, batch)
            dy = self._loss(step, batch, stages[self.nodes[-1].name].output)
            gradients = self._backward(step, weights, stages, dy)
            weights, slots = self._update(step, weights, stages, gradients, slots)
        self._infer(weights, self.problem.batches[0])

    def _forward(self, step: int, weights: Weights, batch: Batch) -> Mapping[str, _Stage]:
        outputs = {INPUT: _Value(Estimate.exact(batch.x))}
        stages: dict[str, _Stage] = {}
        for node in self.nodes:
            x, origin = self._inputs(node, outputs, weights)
            layer = operator_of(node.layer)
            linear, cache = layer.forward(node.layer, _estimates(weights[node.name]), x, self.arithmetic)
            y = self._show(f"{step}/forward/{node.name}", self._activated(node, linear), origin)
            stages[node.name] = _Stage(linear, y, cache, origin)
            outputs[node.name] = y
        return stages

    def _loss(self, step: int, batch: Batch, prediction: _Value) -> _Value:
        loss, operator = self.case.the_loss, operator_of(self.case.the_loss)
        y_true = batch.y.astype(np.float64)
        value = operator.forward(loss, y_true, prediction.estimate, self.arithmetic)
        self._show(f"{step}/loss", value, prediction.origin)
        gradient = operator.backward(loss, y_true, prediction.estimate, self.arithmetic)
        return self._show(f"{step}/backward/loss", gradient, prediction.origin)

    def _backward(
        self, step: int, weights: Weights, stages: Mapping[str, _Stage], dy: _Value
    ) -> Mapping[tuple[str, str], _Value]:
        arriving: dict[str, list[_Value]] = {node.name: [] for node in self.nodes}
        arriving[self.nodes[-1].name].append(dy)
        gradients: dict[tuple[str, str], _Value] = {}
        for node in reversed(self.nodes):
            stage, dy = stages[node.name], self._added(arriving[node.name])
            origin = max(stage.origin, dy.origin)
            if node.layer.fused_activation.kind != "Linear":
                origin = max(origin, stage.output.origin)
            dlinear = self._activation_gradient(node, stage, dy.estimate)
            dx, by_parameter = operator_of(node.layer).backward(
                node.layer, _estimates(weights[node.name]), stage.cache, dlinear, self.arithmetic
            )
            for parameter in node.parameters:
                name = f"{step}/gradient/{node.name}/{parameter}"
                gradients[node.name, parameter] = self._show(name, by_parameter[parameter], origin)
            for source, part in zip(node.inputs, dx if isinstance(dx, tuple) else (dx,), strict=True):
                shown = self._show(backward_name(step, node, source), part, origin)
                if source != INPUT:
                    arriving[source].append(shown)
        return gradients

    def _update(
        self,
        step: int,
        weights: Weights,
        stages: Mapping[str, _Stage],
        gradients: Mapping[tuple[str, str], _Value],
        slots: Slots,
    ) -> tuple[Weights, Slots]:
        new_weights: dict[str, Mapping[str, _Value]] = {}
        new_slots: dict[tuple[str, str], tuple[Mapping[str, Estimate], Origin]] = {}
        optimizer = self.case.the_optimizer
        for node in self.nodes:
            before = weights[node.name]
            after: dict[str, _Value] = {}
            for parameter in node.parameters:
                key = node.name, parameter
                slot, origin = slots.get(key, ({}, Origin.ANCHORS))
                origin = max(origin, gradients[key].origin)
                weight, slot = operator_of(optimizer).update(
                    optimizer, step, before[parameter].estimate, gradients[key].estimate, slot, self.arithmetic
                )
                new_slots[key] = slot, origin
                name = f"{step}/update/{node.name}/{parameter}"
                after[parameter] = self._show(name, weight, max(origin, before[parameter].origin))
            if node.state:
                stage = stages[node.name]
                layer = operator_of(node.layer)
                statistics = layer.moving(node.layer, _estimates(before), stage.cache, self.arithmetic)
                for part in node.state:
                    after[part] = self._show(f"{step}/update/{node.name}/{part}", statistics[part], stage.origin)
            new_weights[node.name] = after
        return new_weights, new_slots

    def _infer(self, weights: Weights, batch: Batch) -> None:
        outputs = {INPUT: _Value(Estimate.exact(batch.x))}
        last = self.nodes[-1].name
        for node in self.nodes:
            x, origin = self._inputs(node, outputs, weights)
            operator = operator_of(node.layer)
            by_name = _estimates(weights[node.name])
            if node.state:
                linear = operator.infer(node.layer, by_name, x, self.arithmetic)
            else:
                linear, _ = operator.forward(node.layer, by_name, x, self.arithmetic)
            y = self._activated(node, linear)
            unseen = _Value(y, max(origin, Origin.ESTIMATES))
            outputs[node.name] = self._show("final/forward", y, origin) if node.name == last else unseen
        prediction, loss = outputs[last], self.case.the_loss
        y_true = batch.y.astype(np.float64)
        value = operator_of(loss).forward(loss, y_true, prediction.estimate, self.arithmetic)
        self._show("final/loss", value, prediction.origin)

    def _inputs(
        self, node: Node, outputs: Mapping[str, _Value], weights: Weights
    ) -> tuple[Estimate | tuple[Estimate, ...], Origin]:
        read = tuple(outputs[source] for source in node.inputs)
        origin = _origin((*read, *weights[node.name].values()))
        x = tuple(value.estimate for value in read)
        return (x if len(x) > 1 else x[0]), origin

    def _added(self, parts: list[_Value]) -> _Value:
        if len(parts) == 1:
            return parts[0]
        together = added(tuple(part.estimate for part in parts), self.arithmetic)
        return _Value(together, _origin(parts))

    def _activated(self, node: Node, linear: Estimate) -> Estimate:
        activation = node.layer.fused_activation
        if activation.kind == "Linear":
            return linear
        y: Estimate = operator_of(activation).forward(activation, linear, self.arithmetic)
        return y

    def _activation_gradient(self, node: Node, stage: _Stage, dy: Estimate) -> Estimate:
        activation = node.layer.fused_activation
        if activation.kind == "Linear":
            return dy
        dlinear: Estimate = operator_of(activation).backward(
            activation, stage.linear, stage.output.estimate, dy, self.arithmetic
        )
        return dlinear

    def _show(self, name: str, estimate: Estimate, origin: Origin) -> _Value:
        """Note what an observable should be, and return what the walk goes on from."""
        self.found[name] = Expected(estimate, origin)
        own = self.shown.get(name)
        if own is None or own.shape != estimate.shape:
            return _Value(estimate, max(origin, Origin.ESTIMATES))
        if not np.isfinite(own).all():
            return _Value(estimate, Origin.BLIND)
        if name not in self.anchors:
            return _Value(estimate, max(origin, Origin.ESTIMATES))
        return _Value(Estimate.exact(own))


def _origin(values: Iterable[_Value]) -> Origin:
    return max(value.origin for value in values)


def _estimates(values: Mapping[str, _Value]) -> Mapping[str, Estimate]:
    return {name: value.estimate for name, value in values.items()}
