"""One observable as given operators compute it from an implementation's own numbers before it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.cases.network import INPUT, Node
from harness.cases.observables import Observable
from harness.cases.problem import Array, Problem
from harness.errors import Unsupported
from harness.operators.specification import Specification
from harness.verdict.own_numbers import OwnNumbers

Operators = Mapping[type[Specification], Any]


def replayed(
    operators: Operators, problem: Problem, shown: Mapping[str, Array], observable: Observable
) -> Array | None:
    """Return an observable as these operators compute it, after all steps before: a fault may remember them.

    Args:
        operators: of one run, by specification class.
        problem: what was run.
        shown: the implementation's observables, which every stage reads.
        observable: which.

    Returns:
        None where the stage's inputs are not shown, or where the operators cannot be run on their sizes.
    """
    try:
        with np.errstate(all="ignore"):
            compute = _of_step if observable.step else _in_the_end
            value = compute(operators, problem, shown, observable)
            return None if value is None else np.asarray(value, np.float64)
    except (Unsupported, KeyError, IndexError, ValueError, ArithmeticError):
        # What is not shown is a missing key; a fault's sizes fit together on some inputs and not on others.
        return None


def _of_step(operators: Operators, problem: Problem, shown: Mapping[str, Array], observable: Observable) -> Any:
    case = problem.case
    value: Any = None
    slots: Mapping[str, Any] = {}
    for step in range(1, (observable.step or 0) + 1):
        numbers = OwnNumbers(problem, shown, step, problem.dtype)
        if observable.layer == "loss":
            loss = operators[type(case.the_loss)]
            compute = loss.forward if observable.kind == "loss" else loss.backward
            value = compute(case.the_loss, numbers.batch.y, numbers.prediction())
            continue
        node = numbers.node(observable.layer)
        weights = numbers.weights(node)
        if observable.kind == "update" and observable.part in node.parameters:
            optimizer = operators[type(case.the_optimizer)]
            gradient = numbers.gradient(node, observable.part)
            value, slots = optimizer.update(case.the_optimizer, step, weights[observable.part], gradient, slots)
        else:
            value = _of_layer(operators, numbers, node, weights, observable)
    return value


def _of_layer(
    operators: Operators, numbers: OwnNumbers, node: Node, weights: Mapping[str, Array], observable: Observable
) -> Any:
    activation = node.layer.fused_activation
    layer = _right(operators, node)
    x = _one_or_all(numbers.inputs(node))
    y, cache = layer.forward(node.layer, weights, x) if layer else (x, None)
    y, activation_cache = _activated(operators, node, y)
    if observable.kind == "forward":
        return y
    if observable.kind == "update":
        return layer.moving(node.layer, weights, cache)[observable.part] if layer else None
    dy = numbers.arriving(node)
    if not activation.is_identity:
        dy = operators[type(activation)].backward(activation, activation_cache, dy)
    dx, gradients = layer.backward(node.layer, weights, cache, dy) if layer else (dy, {})
    if observable.kind == "gradient":
        return gradients[observable.part]
    return dx[node.inputs.index(observable.part)] if observable.part else dx


def _in_the_end(operators: Operators, problem: Problem, shown: Mapping[str, Array], observable: Observable) -> Any:
    """Return the prediction after the last step; the loss of it is no fault's first wrong stage."""
    if observable.kind != "forward":
        return None
    nodes = problem.case.network.nodes
    for step in range(1, len(problem.batches) + 1):
        numbers = OwnNumbers(problem, shown, step, problem.dtype)
        for node in nodes:
            if type(node.layer) in operators:
                inputs = _one_or_all(numbers.inputs(node))
                operators[type(node.layer)].forward(node.layer, numbers.weights(node), inputs)
    after = OwnNumbers(problem, shown, len(problem.batches) + 1, problem.dtype)
    outputs: dict[str, Array] = {INPUT: problem.batches[0].x}
    for node in nodes:
        x = _one_or_all(tuple(outputs[source] for source in node.inputs))
        outputs[node.name], _ = _activated(operators, node, _inferred(operators, node, after.weights(node), x))
    return outputs[nodes[-1].name]


def _right(operators: Operators, node: Node) -> Any:
    """Return a layer's operator; None where it is nothing but its activation.

    Raises:
        Unsupported: there is no right operator to compute with.
    """
    if node.layer.only_activates:
        return operators.get(type(node.layer))
    if type(node.layer) not in operators:
        raise Unsupported(f"there is no right {node.layer.kind} to compute with")
    return operators[type(node.layer)]


def _inferred(operators: Operators, node: Node, weights: Mapping[str, Array], x: Any) -> Any:
    layer = _right(operators, node)
    if layer is None:
        return x
    return layer.infer(node.layer, weights, x) if hasattr(layer, "infer") else layer.forward(node.layer, weights, x)[0]


def _activated(operators: Operators, node: Node, y: Any) -> tuple[Any, Any]:
    activation = node.layer.fused_activation
    if activation.is_identity:
        return y, None
    activated: tuple[Any, Any] = operators[type(activation)].forward(activation, y)
    return activated


def _one_or_all(arrays: tuple[Array, ...]) -> Any:
    return arrays if len(arrays) > 1 else arrays[0]
