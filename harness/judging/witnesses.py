"""Who else says what an observable should be, where an implementation fails.

Witnesses are implementations judged by the same rule on the same case, each by its own numbers, and finite differences
of the failing stage's definition at the implementation's own numbers.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.cases.network import Node
from harness.cases.observables import Observable
from harness.cases.problem import Array, Problem
from harness.judging.row import Row
from harness.numerics import FLOAT64, Estimate, arithmetic_of
from harness.numerics.finite_differences import derivative
from harness.verdict.figures import SIGMAS
from harness.verdict.own_numbers import OwnNumbers

DIFFERENCES = "finite differences"


def who_sides(row: Row, others: Mapping[str, Row], difference: tuple[float, float] | None) -> str:
    """Return in words who sides with the expected value of a failing row, and who does not.

    Args:
        row: the failing row.
        others: by witness, its row of the same observable.
        difference: the derivative by finite differences and its error; None where it was not computed.
    """
    # Who could not compute it has no opinion.
    sides = {name: other.passed for name, other in others.items() if other.figures is not None}
    if difference is not None and row.figures is not None:
        value, error = difference
        found = row.figures
        # The expected value may be as far off as rounding can explain: the stage's output in it is a rounded one.
        room = error + (SIGMAS * found.error / found.t if found.error and found.t and math.isfinite(found.t) else 0.0)
        # What was got was rounded to its format, even where the expected value is exact.
        stored = abs(found.got) * arithmetic_of(row.run.dtype).unit_roundoff
        near_expected, near_got = abs(value - found.expected) <= room, abs(value - found.got) <= room + stored
        if near_expected != near_got:
            sides[DIFFERENCES] = near_expected
    with_it = [name for name, side in sides.items() if side]
    against = [name for name, side in sides.items() if not side]
    parts = []
    if with_it:
        parts.append(f"{_listed(with_it)} {'side' if _are_many(with_it) else 'sides'} with the expected value")
    if against:
        parts.append(f"{_listed(against)} {'do' if _are_many(against) else 'does'} not")
    return ", ".join(parts)


def by_finite_differences(
    problem: Problem, shown: Mapping[str, Array], observable: Observable, index: tuple[int, ...]
) -> tuple[float, float] | None:
    """Return the derivative that one element of a gradient should be, and its error.

    It is that of the sum of the arriving gradient times the stage's output, with everything else as the implementation
    shows it; None where that is not shown, or where the observable is no gradient.
    """
    if observable.kind not in ("backward", "gradient") or not observable.step:
        return None
    stage = _Stage(problem, OwnNumbers(problem, shown, observable.step), observable)
    try:
        value, error = stage.derivative(index)
    except KeyError:  # what the stage reads was not shown
        return None
    return (value, error) if math.isfinite(value) and math.isfinite(error) else None


class _Stage:
    """One stage's definition as a scalar function of the array that a gradient belongs to."""

    def __init__(self, problem: Problem, numbers: OwnNumbers, observable: Observable) -> None:
        self.case = problem.case
        self.numbers = numbers
        self.observable = observable

    def derivative(self, index: tuple[int, ...]) -> tuple[float, float]:
        numbers, part = self.numbers, self.observable.part
        if self.observable.layer == "loss":
            return derivative(self._loss, numbers.prediction(), index)
        node = numbers.node(self.observable.layer)
        inputs, weights, arriving = numbers.inputs(node), numbers.weights(node), numbers.arriving(node)
        if self.observable.kind == "gradient":
            return derivative(
                lambda weight: self._output(node, inputs, {**weights, part: weight}, arriving), weights[part], index
            )
        place = node.inputs.index(part) if part else 0
        return derivative(
            lambda x: self._output(node, (*inputs[:place], x, *inputs[place + 1 :]), weights, arriving),
            inputs[place],
            index,
        )

    def _loss(self, prediction: Array) -> float:
        loss = self.case.the_loss
        y_true = self.numbers.batch.y.astype(np.float64)
        return float(loss.forward(y_true, Estimate.exact(prediction), FLOAT64).value)

    def _output(self, node: Node, inputs: tuple[Array, ...], weights: Mapping[str, Array], arriving: Array) -> float:
        x: Any = tuple(map(Estimate.exact, inputs))
        exact = {name: Estimate.exact(array) for name, array in weights.items()}
        y, _ = node.layer.forward(exact, x if len(x) > 1 else x[0], FLOAT64)
        activation = node.layer.fused_activation
        if not activation.is_identity:
            y = activation.forward(y, FLOAT64)
        return math.fsum((y.value * arriving).ravel().tolist())


def _are_many(names: list[str]) -> bool:
    return len(names) > 1 or names == [DIFFERENCES]


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
