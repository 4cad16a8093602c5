"""What every observable of a Case should be, given those that an implementation showed.

The evaluation follows training as ``harness.layerwise.training`` composes it: forward over the graph, loss, backward,
optimizer, step by step, then the prediction. Where an observable is an *anchor*, the evaluation goes on from the
implementation's own numbers, which are exact by definition; elsewhere from the estimate, with its error.

- ``local``: everything shown is an anchor. Each stage stands or falls alone, and ties and kinks are decided by the
  implementation's own values.
- ``end_to_end``: only the weights before each step are anchors. Errors are propagated through the network, and a trace
  that is right stage by stage but belongs to another input is found out. Weights are anchors because correct
  implementations drift apart over many steps.

What cannot be an anchor: an observable that is missing, has another shape, or is not finite everywhere. Behind one that
is not finite the evaluation is blind: what an infinity or NaN makes of a correct stage is not followed.
"""

from collections.abc import Container, Iterable, Mapping
from functools import cached_property

import numpy as np

from harness.cases.network import INPUT, Node
from harness.cases.observables import backward_name
from harness.cases.problem import Array, Problem
from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.numerics.summation import added
from harness.verdict.stages import Expected, FirstStep, Origin, Parameters, Pass, Slots, Stage, Value, Weights

__all__ = ["Expected", "ExpectedValues", "Inputs", "Origin", "end_to_end", "local"]

# Passes of a layer, with the estimates that they came from, by the layer's name and these estimates' identities.
Passes = dict[tuple[object, ...], tuple[Pass, tuple[Estimate, ...]]]


def local(problem: Problem, shown: Mapping[str, Array], arithmetic: Arithmetic) -> dict[str, Expected]:
    """Return what each required observable should be, stage by stage, in the order of computation."""
    return ExpectedValues(Inputs(problem, arithmetic), shown).local()


def end_to_end(problem: Problem, shown: Mapping[str, Array], arithmetic: Arithmetic) -> dict[str, Expected]:
    """Return what each required observable should be, from the input and the weights before each step."""
    return ExpectedValues(Inputs(problem, arithmetic), shown).end_to_end()


class Inputs:
    """A Problem's inputs in one arithmetic, and what follows from them alone: the same for every implementation.

    Args:
        problem: what is run.
        arithmetic: of the implementations whose observables are walked along.
    """

    def __init__(self, problem: Problem, arithmetic: Arithmetic) -> None:
        self.problem = problem
        self.arithmetic = arithmetic
        self.x = tuple(Estimate.exact(batch.x) for batch in problem.batches)
        self.y = tuple(batch.y.astype(np.float64) for batch in problem.batches)
        self.weights: Weights = {node.name: self._initial(node) for node in problem.case.network.nodes}
        # Of layers that read the input with initial parameters.
        self.passes: Passes = {}

    @cached_property
    def first_step(self) -> FirstStep:
        """What the first step should give, with errors propagated from the inputs."""
        evaluation = _Evaluation(self, {}, frozenset(), (), {})
        with np.errstate(all="ignore"):
            _, slots = evaluation.step(1, self.weights, {})
        return FirstStep(evaluation.found, slots)

    def _initial(self, node: Node) -> Parameters:
        both = self.problem.weights.get(node.name, {}), self.problem.state.get(node.name, {})
        estimates = {name: Estimate.exact(array) for arrays in both for name, array in arrays.items()}
        return Parameters(estimates, dict.fromkeys(estimates, Origin.ANCHORS))


class ExpectedValues:
    """One implementation's observables, and what they should be in two ways, which share what they have in common.

    Args:
        inputs: of the Problem that was run; may serve other implementations of the same arithmetic too.
        shown: the observables.
    """

    def __init__(self, inputs: Inputs, shown: Mapping[str, Array]) -> None:
        self._inputs = inputs
        self._own = {name: Estimate.exact(array) for name, array in shown.items()}
        self._blind = frozenset(name for name, own in self._own.items() if not _is_finite(own))
        self._passes: Passes = {}

    def local(self) -> dict[str, Expected]:
        """See the module's text."""
        return self._evaluation(self._own).expected(None)

    def end_to_end(self) -> dict[str, Expected]:
        """See the module's text."""
        weights = {name for name in self._own if name.split("/")[1:2] == ["update"]}
        return self._evaluation(weights).expected(None if self._blind else self._inputs.first_step)

    def _evaluation(self, anchors: Container[str]) -> "_Evaluation":
        return _Evaluation(self._inputs, self._own, self._blind, anchors, self._passes)


class _Evaluation:
    """One Problem, evaluated along one implementation's observables."""

    def __init__(
        self,
        inputs: Inputs,
        own: Mapping[str, Estimate],
        blind: frozenset[str],
        anchors: Container[str],
        passes: Passes,
    ) -> None:
        self.inputs = inputs
        self.case = inputs.problem.case
        self.nodes = self.case.network.nodes
        self.own = own
        self.blind = blind
        self.anchors = anchors
        self.passes = passes
        self.arithmetic = inputs.arithmetic
        self.found: dict[str, Expected] = {}

    def expected(self, first_step: FirstStep | None) -> dict[str, Expected]:
        """Return what each observable should be; the first step, where it is given, does not depend on them."""
        # What an implementation shows may be anything; what comes of it is judged where it is compared.
        with np.errstate(all="ignore"):
            weights: Weights = self.inputs.weights
            slots: Slots = {}
            for step in range(1, self.case.steps + 1):
                given = first_step if step == 1 else None
                weights, slots = self._after(given) if given is not None else self.step(step, weights, slots)
            self._infer(weights)
        return self.found

    def step(self, step: int, weights: Weights, slots: Slots) -> tuple[Weights, Slots]:
        """Evaluate one step; return weights and slots after it."""
        stages = self._forward(step, weights)
        dy = self._loss(step, stages[self.nodes[-1].name].output)
        gradients = self._backward(step, weights, stages, dy)
        return self._update(step, weights, stages, gradients, slots)

    def _after(self, first_step: FirstStep) -> tuple[Weights, Slots]:
        """Return weights and slots after a first step that was evaluated before."""
        self.found |= first_step.expected
        weights: dict[str, Parameters] = {}
        for node in self.nodes:
            after = {
                name: self._show(f"1/update/{node.name}/{name}", expected.estimate, expected.origin)
                for name in (*node.parameters, *node.state)
                for expected in (first_step.expected[f"1/update/{node.name}/{name}"],)
            }
            weights[node.name] = Parameters.of(after)
        return weights, first_step.slots

    def _forward(self, step: int, weights: Weights) -> Mapping[str, Stage]:
        outputs = {INPUT: Value(self.inputs.x[step - 1])}
        stages: dict[str, Stage] = {}
        for node in self.nodes:
            x, origin = self._read(node, outputs, weights)
            own = self._passed(node, weights[node.name], x)
            y = self._show(f"{step}/forward/{node.name}", own.output, origin)
            stages[node.name] = Stage(own, y, origin)
            outputs[node.name] = y
        return stages

    def _loss(self, step: int, prediction: Value) -> Value:
        loss = self.case.the_loss
        y_true = self.inputs.y[step - 1]
        value = loss.forward(y_true, prediction.estimate, self.arithmetic)
        self._show(f"{step}/loss", value, prediction.origin)
        gradient = loss.backward(y_true, prediction.estimate, self.arithmetic)
        return self._show(f"{step}/backward/loss", gradient, prediction.origin)

    def _backward(
        self, step: int, weights: Weights, stages: Mapping[str, Stage], dy: Value
    ) -> Mapping[tuple[str, str], Value]:
        arriving: dict[str, list[Value]] = {node.name: [] for node in self.nodes}
        arriving[self.nodes[-1].name].append(dy)
        gradients: dict[tuple[str, str], Value] = {}
        for node in reversed(self.nodes):
            stage, dy = stages[node.name], self._added(arriving[node.name])
            origin = max(stage.origin, dy.origin)
            if not node.layer.fused_activation.is_identity:
                origin = max(origin, stage.output.origin)
            dlinear = self._activation_gradient(node, stage, dy.estimate)
            dx, by_parameter = node.layer.backward(
                weights[node.name].estimates, stage.own.cache, dlinear, self.arithmetic
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
        stages: Mapping[str, Stage],
        gradients: Mapping[tuple[str, str], Value],
        slots: Slots,
    ) -> tuple[Weights, Slots]:
        new_weights: dict[str, Parameters] = {}
        new_slots: dict[tuple[str, str], tuple[Mapping[str, Estimate], Origin]] = {}
        optimizer = self.case.the_optimizer
        for node in self.nodes:
            before = weights[node.name]
            after: dict[str, Value] = {}
            for parameter in node.parameters:
                key = node.name, parameter
                slot, origin = slots.get(key, ({}, Origin.ANCHORS))
                origin = max(origin, gradients[key].origin)
                weight, slot = optimizer.update(
                    step, before.estimates[parameter], gradients[key].estimate, slot, self.arithmetic
                )
                new_slots[key] = slot, origin
                name = f"{step}/update/{node.name}/{parameter}"
                after[parameter] = self._show(name, weight, max(origin, before.origins[parameter]))
            if node.state:
                stage = stages[node.name]
                statistics = node.layer.moving(before.estimates, stage.own.cache, self.arithmetic)
                for part in node.state:
                    after[part] = self._show(f"{step}/update/{node.name}/{part}", statistics[part], stage.origin)
            new_weights[node.name] = Parameters.of(after)
        return new_weights, new_slots

    def _infer(self, weights: Weights) -> None:
        outputs = {INPUT: Value(self.inputs.x[0])}
        last = self.nodes[-1].name
        for node in self.nodes:
            x, origin = self._read(node, outputs, weights)
            y = self._passed(node, weights[node.name], x, infer=True).output
            unseen = Value(y, max(origin, Origin.ESTIMATES))
            outputs[node.name] = self._show("final/forward", y, origin) if node.name == last else unseen
        prediction, loss = outputs[last], self.case.the_loss
        value = loss.forward(self.inputs.y[0], prediction.estimate, self.arithmetic)
        self._show("final/loss", value, prediction.origin)

    def _read(self, node: Node, outputs: Mapping[str, Value], weights: Weights) -> tuple[tuple[Estimate, ...], Origin]:
        read = [outputs[source] for source in node.inputs]
        return tuple(value.estimate for value in read), max(_origin(read), weights[node.name].origin)

    def _passed(self, node: Node, parameters: Parameters, x: tuple[Estimate, ...], infer: bool = False) -> Pass:
        """Return a layer's forward pass: the one known, where both evaluations give the layer the same estimates."""
        if not infer and INPUT not in node.inputs:
            return self._pass(node, parameters, x, infer)
        initial = (
            not infer and parameters is self.inputs.weights[node.name] and len(x) == 1 and x[0] is self.inputs.x[0]
        )
        known = self.inputs.passes if initial else self.passes
        # By identity: estimates do not change. They are kept, so that no other takes their place.
        given = (*parameters.estimates.values(), *x)
        key = (node.name, infer, *map(id, given))
        if key not in known:
            known[key] = self._pass(node, parameters, x, infer), given
        return known[key][0]

    def _pass(self, node: Node, parameters: Parameters, x: tuple[Estimate, ...], infer: bool) -> Pass:
        layer, activation = node.layer, node.layer.fused_activation
        given, cache = (x if len(x) > 1 else x[0]), None
        if infer and node.state:
            linear = layer.infer(parameters.estimates, given, self.arithmetic)
        else:
            linear, cache = layer.forward(parameters.estimates, given, self.arithmetic)
        if activation.is_identity:
            return Pass(linear, linear, cache)
        return Pass(linear, activation.forward(linear, self.arithmetic), cache)

    def _added(self, parts: list[Value]) -> Value:
        if len(parts) == 1:
            return parts[0]
        together = added(tuple(part.estimate for part in parts), self.arithmetic)
        return Value(together, _origin(parts))

    def _activation_gradient(self, node: Node, stage: Stage, dy: Estimate) -> Estimate:
        activation, x = node.layer.fused_activation, stage.own.linear
        if activation.is_identity:
            return dy
        gradient = activation.backward(x, stage.output.estimate, dy, self.arithmetic)
        if node.layer.only_activates:
            return gradient
        # Nobody shows it, and gradients of parameters add up as many of its elements as a channel has.
        shift = activation.shift(x, dy)
        if not np.any(shift):
            return gradient
        together = gradient.value.size / gradient.shape[-1]
        return Estimate(gradient.value, gradient.worst_case, gradient.variance + together * np.square(shift))

    def _show(self, name: str, estimate: Estimate, origin: Origin) -> Value:
        """Note what an observable should be, and return what the evaluation goes on from."""
        self.found[name] = Expected(estimate, origin)
        own = self.own.get(name)
        if own is None or own.shape != estimate.shape:
            return Value(estimate, max(origin, Origin.ESTIMATES))
        if name in self.blind:
            return Value(estimate, Origin.BLIND)
        if name not in self.anchors:
            return Value(estimate, max(origin, Origin.ESTIMATES))
        return Value(own)


def _is_finite(own: Estimate) -> bool:
    flat = own.value.reshape(-1)
    # A finite sum of squares has finite terms, and costs a fraction of looking at each.
    with np.errstate(all="ignore"):
        return bool(np.isfinite(flat.dot(flat)) or np.isfinite(flat).all())


def _origin(values: Iterable[Value]) -> Origin:
    return max(value.origin for value in values)
