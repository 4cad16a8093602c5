"""The likely cause of a failing stage: faults that, planted in right operators, give the same wrong numbers.

Each fault of the stage's operator is run on the implementation's own inputs of that stage, in float64. It is a
candidate where it gives what the implementation gave, within the rounding that the right stage can make, in proportion
where the wrong numbers are larger. With one geometry several faults may fit; those that fit in every case are what to
look at.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from harness.comparison import Comparison
from harness.errors import Unsupported
from harness.faults.fault import Fault
from harness.faults.faulty import planted
from harness.network import Node
from harness.own_numbers import OwnNumbers
from harness.problem import Array, Problem
from harness.specification import Specification
from harness.verdict.estimate import Estimate

Operators = Mapping[type[Specification], Any]

# Both the implementation and the recomputation round, and a wrong sum may have other terms than the right one.
ROOM = 4.0

# A search costs some ten milliseconds; an implementation that fails everywhere would take minutes.
MOST_SEARCHES = 20


class Diagnosis:
    """Diagnoses failing rows one after another.

    Rows of one stage of one layer kind tend to fail for one reason: what reproduced the last one is tried first, and
    all faults only where none of those does, a limited number of times.

    Args:
        faults: those that people make; graded ones are left out.
        operators: right ones, to plant them in.
    """

    def __init__(self, faults: Iterable[Fault], operators: Operators) -> None:
        self._faults = tuple(fault for fault in faults if fault.kind == "structural")
        self._operators = operators
        self._last: dict[tuple[str, ...], list[Fault]] = {}
        self._searches: Counter[tuple[str, ...]] = Counter()

    def causes(self, problem: Problem, shown: Mapping[str, Array], row: Comparison, expected: Estimate) -> list[Fault]:
        """Return the faults that give a row's numbers (see ``reproducing``)."""
        stage = row.implementation, row.layer_kind, row.kind, row.part
        found = reproducing(self._last.get(stage, ()), self._operators, problem, shown, row, expected)
        if not found and self._searches[stage] < MOST_SEARCHES:
            self._searches[stage] += 1
            found = reproducing(self._faults, self._operators, problem, shown, row, expected)
        if found:
            self._last[stage] = found
        return found


def reproducing(
    faults: Iterable[Fault],
    operators: Operators,
    problem: Problem,
    shown: Mapping[str, Array],
    row: Comparison,
    expected: Estimate,
) -> list[Fault]:
    """Return the faults that give the numbers of a failing row.

    Args:
        faults: those to try.
        operators: right ones, to plant them in.
        problem: what was run.
        shown: the implementation's observables.
        row: the failing row.
        expected: what the observable should be, with its rounding error.
    """
    got = np.asarray(shown[row.observable], np.float64)
    if not row.step or got.shape != expected.shape or not np.isfinite(got).all():
        return []
    found = []
    for fault in faults:
        if row.observable not in fault.stages(problem.case):
            continue
        try:
            with np.errstate(all="ignore"):
                replayed = _replayed(planted(fault, operators, problem.case), problem, shown, row)
                value = np.asarray(np.nan if replayed is None else replayed, np.float64)
        except (Unsupported, KeyError, IndexError, ValueError, ArithmeticError):
            # The stage's inputs are not shown, or the fault cannot be made with these sizes.
            continue
        # A fault that changes nothing here explains nothing, however close the wrong numbers are to the right ones.
        if _same(value, got, expected) and not _same(value, expected.value, expected):
            found.append(fault)
    return found


def _replayed(operators: Operators, problem: Problem, shown: Mapping[str, Array], row: Comparison) -> Any:
    """Return the row's observable as these operators compute it, after all steps before: a fault may remember them."""
    case = problem.case
    value: Any = None
    slots: Mapping[str, Any] = {}
    for step in range(1, row.step + 1):
        numbers = OwnNumbers(problem, shown, step)
        if row.layer == "loss":
            loss = operators[type(case.the_loss)]
            compute = loss.forward if row.kind == "loss" else loss.backward
            value = compute(case.the_loss, numbers.batch.y, numbers.prediction())
            continue
        node = numbers.node(row.layer)
        weights = numbers.weights(node)
        if row.kind == "update" and row.part in node.parameters:
            optimizer = operators[type(case.the_optimizer)]
            gradient = numbers.gradient(node, row.part)
            value, slots = optimizer.update(case.the_optimizer, step, weights[row.part], gradient, slots)
        else:
            value = _of_layer(operators, numbers, node, weights, row)
    return value


def _of_layer(
    operators: Operators, numbers: OwnNumbers, node: Node, weights: Mapping[str, Array], row: Comparison
) -> Any:
    inputs, activation = numbers.inputs(node), node.layer.fused_activation
    x = inputs if len(inputs) > 1 else inputs[0]
    layer = operators.get(type(node.layer))
    y, cache = layer.forward(node.layer, weights, x) if layer else (x, None)
    activation_cache = None
    if activation.kind != "Linear":
        y, activation_cache = operators[type(activation)].forward(activation, y)
    if row.kind == "forward":
        return y
    if row.kind == "update":
        return layer.moving(node.layer, weights, cache)[row.part] if layer else None
    dy = numbers.arriving(node)
    if activation.kind != "Linear":
        dy = operators[type(activation)].backward(activation, activation_cache, dy)
    dx, gradients = layer.backward(node.layer, weights, cache, dy) if layer else (dy, {})
    if row.kind == "gradient":
        return gradients[row.part]
    return dx[node.inputs.index(row.part)] if row.part else dx


def _same(value: Array, got: Array, expected: Estimate) -> bool:
    if value.shape != got.shape or not np.isfinite(value).all():
        return False
    right, wrong = float(np.abs(expected.value).max(initial=0.0)), float(np.abs(value).max(initial=0.0))
    # Where nothing is rounded, or the right numbers are all 0, the wrong ones must be met to the bit.
    room = ROOM * float(np.max(expected.det, initial=0.0))
    larger = max(1.0, wrong / right) if right > np.finfo(float).tiny else 1.0
    return bool((np.abs(value - got) <= larger * room).all())
