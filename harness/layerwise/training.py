"""Training composed of operators: forward and backward over the graph, loss, optimizer, step by step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from harness.cases.network import INPUT, Node
from harness.cases.observables import backward_name
from harness.cases.problem import Array, Batch, Problem
from harness.errors import HarnessError
from harness.layerwise.binding import BoundNode, BoundPlan
from harness.layerwise.operators import InferringOperator, StatefulOperator
from harness.layerwise.position import Position
from harness.operators.specification import Shape

Weights = Mapping[str, Mapping[str, Array]]
Slots = Mapping[tuple[str, str], Any]
Gradients = Mapping[tuple[str, str], Array]


class _Unusable(Exception):
    """An operator returned a shape that the next one cannot take; what came before it is still judged."""


@dataclass(frozen=True)
class _Forward:
    """What a forward pass leaves behind, by layer: outputs, and the caches of the layer and of its activation."""

    outputs: Mapping[str, Array]
    caches: Mapping[str, tuple[Any, Any]]


def train(name: str, problem: Problem, operators: BoundPlan, shown: dict[str, Array], position: Position) -> None:
    """Compute the observables of every step.

    After a shape that the next operator cannot take there is nothing to compute: the comparison then reports that
    shape, and as missing all that would have come after it.

    Args:
        name: the implementation's.
        problem: what to compute.
        operators: who computes it.
        shown: receives the observables as they come, so that they are there whatever happens next.
        position: kept up to date.
    """
    try:
        _Composition(name, problem, operators, position).train(shown)
    except _Unusable:
        return


class _Composition:
    """One implementation's operators at work on one Problem."""

    def __init__(self, name: str, problem: Problem, operators: BoundPlan, position: Position) -> None:
        self.name = name
        self.problem = problem
        self.case = problem.case
        self.nodes = problem.case.network.nodes
        self.operators = operators
        self.position = position
        self.loss = operators.loss
        self.optimizer = operators.optimizer

    def train(self, shown: dict[str, Array]) -> None:
        weights: Weights = {
            node.name: {**self.problem.weights.get(node.name, {}), **self.problem.state.get(node.name, {})}
            for node in self.nodes
        }
        slots: Slots = {}
        for step, batch in enumerate(self.problem.batches, 1):
            forward = self._forward(step, weights, batch, shown)
            prediction = forward.outputs[self.nodes[-1].name]
            self.position.reach(f"{step}/loss", "forward of the loss", y_true=batch.y, y_pred=prediction)
            shown[f"{step}/loss"] = np.asarray(self.loss.forward(self.case.loss, batch.y, prediction))
            self.position.reach(f"{step}/backward/loss", "backward of the loss", y_true=batch.y, y_pred=prediction)
            dy = self.loss.backward(self.case.loss, batch.y, prediction)
            dy = self._keep(shown, f"{step}/backward/loss", dy, prediction.shape)
            gradients = self._backward(step, weights, forward, dy, shown)
            weights, slots = self._update(step, weights, forward, gradients, slots, shown)
        prediction = self._infer(weights, self.problem.batches[0], shown)
        y = self.problem.batches[0].y
        self.position.reach("final/loss", "forward of the loss", y_true=y, y_pred=prediction)
        shown["final/loss"] = np.asarray(self.loss.forward(self.case.loss, y, prediction))

    def _forward(self, step: int, weights: Weights, batch: Batch, shown: dict[str, Array]) -> _Forward:
        outputs: dict[str, Array] = {INPUT: batch.x}
        caches: dict[str, tuple[Any, Any]] = {}
        for node in self.nodes:
            own = self._own(node)
            x = _one_or_all(tuple(outputs[source] for source in node.inputs))
            self.position.reach(f"{step}/forward/{node.name}", f"forward of {node.name}", x=x)
            returned = own.layer.forward(own.plan.layer, weights[node.name], x)
            linear, cache = self._two(f"{node.layer.kind}.forward", returned)
            y, activation_cache = self._activate(node, linear)
            caches[node.name] = cache, activation_cache
            outputs[node.name] = self._keep(shown, f"{step}/forward/{node.name}", y, self._shape(node))
        return _Forward(outputs, caches)

    def _backward(
        self, step: int, weights: Weights, forward: _Forward, dy: Array, shown: dict[str, Array]
    ) -> Gradients:
        arriving: dict[str, Array] = {self.nodes[-1].name: dy}
        gradients: dict[tuple[str, str], Array] = {}
        for node in reversed(self.nodes):
            stage = backward_name(step, node, node.inputs[0])
            own = self._own(node)
            cache, activation_cache = forward.caches[node.name]
            self.position.reach(stage, f"backward of {_activation_of(node)}", dy=arriving[node.name])
            dlinear = self._activation_backward(node, activation_cache, arriving[node.name])
            x = _one_or_all(tuple(forward.outputs[source] for source in node.inputs))
            self.position.reach(stage, f"backward of {node.name}", x=x, dy=dlinear)
            returned = own.layer.backward(own.plan.layer, weights[node.name], cache, dlinear)
            dx, by_parameter = self._two(f"{node.layer.kind}.backward", returned)
            if not isinstance(by_parameter, Mapping):
                came = type(by_parameter).__name__
                raise HarnessError(
                    f"{self.name}: {node.layer.kind}.backward expected gradients by parameter name, got {came}."
                )
            for parameter, gradient in by_parameter.items():
                # A name that the layer has not is shown too: the comparison finds it to be extra.
                name, shape = f"{step}/gradient/{node.name}/{parameter}", node.parameters.get(parameter)
                gradients[node.name, parameter] = self._keep(shown, name, gradient, shape)
            parts = dx if isinstance(dx, tuple) else (dx,)
            if len(parts) != len(node.inputs):
                raise HarnessError(
                    f"{self.name}: {node.layer.kind}.backward expected a gradient for each of {len(node.inputs)} "
                    f"inputs, got {len(parts)}."
                )
            for source, part, shape in zip(node.inputs, parts, node.input_shapes, strict=True):
                kept = self._keep(shown, backward_name(step, node, source), part, (self.case.batch_size, *shape))
                arriving[source] = arriving[source] + kept if source in arriving else kept
        return gradients

    def _update(
        self,
        step: int,
        weights: Weights,
        forward: _Forward,
        gradients: Gradients,
        slots: Slots,
        shown: dict[str, Array],
    ) -> tuple[Weights, Slots]:
        new_weights: dict[str, dict[str, Array]] = {layer: dict(arrays) for layer, arrays in weights.items()}
        new_slots: dict[tuple[str, str], Any] = {}
        for node in self.nodes:
            for parameter, shape in node.parameters.items():
                if (node.name, parameter) not in gradients:
                    raise _Unusable
                key = node.name, parameter
                name = f"{step}/update/{node.name}/{parameter}"
                before = weights[node.name][parameter]
                call = f"update of {node.name}'s {parameter}"
                self.position.reach(name, call, weight=before, gradient=gradients[key])
                weight, new_slots[key] = self._two(
                    f"{self.case.the_optimizer.kind}.update",
                    self.optimizer.update(self.case.optimizer, step, before, gradients[key], slots.get(key, {})),
                )
                new_weights[node.name][parameter] = self._keep(shown, name, weight, shape)
            if node.state:
                own, cache = self._own(node), forward.caches[node.name][0]
                x = _one_or_all(tuple(forward.outputs[source] for source in node.inputs))
                first = f"{step}/update/{node.name}/{next(iter(node.state))}"
                self.position.reach(first, f"moving statistics of {node.name}", x=x)
                statistics = cast(StatefulOperator, own.layer).moving(own.plan.layer, weights[node.name], cache)
                for part, shape in node.state.items():
                    if part not in statistics:
                        raise _Unusable
                    name = f"{step}/update/{node.name}/{part}"
                    new_weights[node.name][part] = self._keep(shown, name, statistics[part], shape)
        return new_weights, new_slots

    def _infer(self, weights: Weights, batch: Batch, shown: dict[str, Array]) -> Array:
        outputs: dict[str, Array] = {INPUT: batch.x}
        for node in self.nodes:
            own = self._own(node)
            x = _one_or_all(tuple(outputs[source] for source in node.inputs))
            self.position.reach("final/forward", f"inference of {node.name}", x=x)
            if hasattr(own.layer, "infer"):
                linear = cast(InferringOperator, own.layer).infer(own.plan.layer, weights[node.name], x)
            else:
                linear, _ = own.layer.forward(own.plan.layer, weights[node.name], x)
            y, _ = self._activate(node, linear)
            last = node is self.nodes[-1]
            outputs[node.name] = self._keep(shown if last else {}, "final/forward", y, self._shape(node))
        return outputs[self.nodes[-1].name]

    def _own(self, node: Node) -> BoundNode:
        return self.operators.nodes[node.name]

    def _activate(self, node: Node, linear: Array) -> tuple[Array, Any]:
        operator, activation = self._own(node).activation, node.layer.fused_activation
        if operator is None:
            return linear, None
        self._expect_array(linear, f"what {node.layer.kind}.forward returns for {node.name}")
        self.position.reach(self.position.observable, f"forward of {_activation_of(node)}", x=linear)
        y, cache = self._two(f"{activation.keras_name}.forward", operator.forward(activation, linear))
        return y, cache

    def _activation_backward(self, node: Node, cache: Any, dy: Array) -> Array:
        operator = self._own(node).activation
        if operator is None or (self.operators.plan.gradient_before_softmax and node is self.nodes[-1]):
            return dy
        dlinear: Array = operator.backward(node.layer.fused_activation, cache, dy)
        return dlinear

    def _shape(self, node: Node) -> Shape:
        return (self.case.batch_size, *node.output_shape)

    def _two(self, function: str, returned: Any) -> tuple[Any, Any]:
        if not isinstance(returned, tuple) or len(returned) != 2:
            raise HarnessError(f"{self.name}: {function} expected to return two values, got {type(returned).__name__}.")
        return returned

    def _expect_array(self, array: object, name: str) -> None:
        if not isinstance(array, (np.ndarray, np.generic)):
            raise HarnessError(f"{self.name}: expected an array for {name}, got {type(array).__name__}.")

    def _keep(self, shown: dict[str, Array], name: str, array: Any, shape: Shape | None) -> Array:
        """Show what came as it came, and hand on a read-only array in the problem's dtype."""
        self._expect_array(array, name)
        own = np.array(array)
        if name.partition("/")[2] not in self.operators.plan.hidden:
            shown[name] = own
        if shape is not None and array.shape != shape:
            raise _Unusable
        handed_on = own.astype(self.problem.dtype, copy=True)
        handed_on.flags.writeable = False
        return handed_on


def _activation_of(node: Node) -> str:
    return f"{node.name}'s {node.layer.fused_activation.keras_name}"


def _one_or_all(arrays: tuple[Array, ...]) -> Array | tuple[Array, ...]:
    return arrays[0] if len(arrays) == 1 else arrays
