"""An error in any one output of any one operator is found at the observable that shows it, and at none before it.

For every operator, each observable that it produces is spoiled in turn: the operator is right but for one output of one
call. The first row that does not pass must be that observable. The same operators unspoiled pass everywhere.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from operator_cases import STEPS, cases_for

from harness.cases.case import Case
from harness.cases.observables import Observable, required
from harness.cases.problem import make_problem
from harness.implementation.contract import run
from harness.judging.judge import Subject, judge
from harness.layerwise import Layerwise
from harness.operators.activations import ACTIVATIONS
from harness.operators.layers import LAYERS
from harness.operators.losses import LOSSES
from harness.operators.optimizers import OPTIMIZERS
from harness.operators.specification import Specification

Change = Callable[[Any], Any]


@dataclass
class Spoiled:
    """An operator that is right but for what ``change`` makes of one call of one function, whose calls it counts."""

    operator: Any
    function: str
    call: int
    change: Change
    calls: int = 0

    def __getattr__(self, name):
        original = getattr(self.operator, name)
        if name != self.function:
            return original

        def spoiled(*arguments):
            self.calls += 1
            returned = original(*arguments)
            return self.change(returned) if self.calls == self.call else returned

        return spoiled


def one_element(array):
    """The largest element, a sixteenth off: the least that matters in a tensor whose elements are of one size."""
    wrong = np.array(array)
    wrong[np.unravel_index(np.argmax(np.abs(wrong)), wrong.shape)] *= 1 + 2**-4
    return wrong


def transposed(array):
    return np.ascontiguousarray(array.T)


def not_a_number(array):
    wrong = np.array(array)
    wrong.flat[-1] = np.nan
    return wrong


def in_another_format(array):
    return array.astype("float64" if array.dtype == "float32" else "float32")


# What every operator may get wrong by a rule of its own is in the catalogue of faults.
FAULTS = (one_element, transposed, not_a_number, in_another_format)


def first(change):
    return lambda pair: (change(pair[0]), pair[1])


def entry(part, change):
    return lambda pair: (pair[0], {**pair[1], part: change(pair[1][part])})


def left_out(part):
    return lambda pair: (pair[0], {name: array for name, array in pair[1].items() if name != part})


def of_input(position, change):
    return lambda pair: (tuple(change(dx) if i == position else dx for i, dx in enumerate(pair[0])), pair[1])


def spoiling(case: Case, observable: Observable, operator: Any, change: Change) -> Spoiled | None:
    """Return the operator spoiled where it produces this observable; None where another operator produces it."""
    step = observable.step or STEPS
    kind, node = observable.kind, next((n for n in case.network.nodes if n.name == observable.layer), None)
    if observable.layer == "loss":
        # The loss is taken once more after the last step.
        call = step + 1 if observable.step is None else step
        return Spoiled(operator, "forward" if kind == "loss" else "backward", call, change)
    if kind == "forward" and observable.step is None:
        if hasattr(operator, "infer"):
            return Spoiled(operator, "infer", 1, change)
        return Spoiled(operator, "forward", step + 1, first(change))
    if kind == "forward":
        return Spoiled(operator, "forward", step, first(change))
    if kind == "gradient":
        return Spoiled(operator, "backward", step, entry(observable.part, change))
    if kind == "backward" and len(node.inputs) > 1:
        return Spoiled(operator, "backward", step, of_input(node.inputs.index(observable.part), change))
    if kind == "backward":
        return Spoiled(operator, "backward", step, first(change))
    return Spoiled(operator, "moving", step, lambda parts: {**parts, observable.part: change(parts[observable.part])})


def spoiling_an_activation(observable: Observable, operator: Any, change: Change) -> Spoiled:
    step = observable.step or STEPS + 1
    if observable.kind == "forward":
        return Spoiled(operator, "forward", step, first(change))
    return Spoiled(operator, "backward", step, change)


def spoiling_an_optimizer(case: Case, observable: Observable, operator: Any, change: Change) -> Spoiled:
    parameters = [(node.name, parameter) for node in case.network.nodes for parameter in node.parameters]
    call = (observable.step - 1) * len(parameters) + parameters.index((observable.layer, observable.part)) + 1
    return Spoiled(operator, "update", call, first(change))


def produced(case: Case, kind: str) -> list[Observable]:
    """Return the observables that the operator under test computes."""
    names = [node.name for node in case.network.nodes if node.layer.kind == kind]
    if kind in ACTIVATIONS:
        return [each for each in required(case) if each.layer == "activation"]
    if kind in LOSSES:
        return [each for each in required(case) if each.layer == "loss"]
    if kind in OPTIMIZERS:
        return [each for each in required(case) if each.kind == "update"]
    state = [part for node in case.network.nodes if node.name in names for part in node.state]
    return [each for each in required(case) if each.layer in names and (each.kind != "update" or each.part in state)]


def applies(fault: Change, observable: Observable) -> bool:
    return fault is not transposed or len(observable.shape) > 1


KINDS: dict[str, type[Specification]] = {
    name: kind
    for name, kind in {**LAYERS, **ACTIVATIONS, **LOSSES, **OPTIMIZERS}.items()
    # The first applies another's function, the second has none.
    if name not in ("Activation", "Linear")
}
VARIANTS = {
    case.name: (kind, case)
    for kind in KINDS
    for case in cases_for(kind, "float32")
    if kind in LOSSES | OPTIMIZERS.keys()
}
VARIANTS |= {case.name: (kind, case) for kind in KINDS for case in cases_for(kind, "float32")[:1]}
PLANTED = {
    f"{name}-{observable.name}-{fault.__name__}": (kind, case, observable, fault)
    for name, (kind, case) in VARIANTS.items()
    for observable in produced(case, kind)
    for fault in FAULTS
    if applies(fault, observable)
}


@pytest.fixture(scope="module")
def first_wrong(all_wrong):
    """The first row that does not pass when one operator is replaced by a spoiled one; None where all pass."""

    def judged(case: Case, kind: type[Specification], spoiled: Spoiled):
        return next(iter(all_wrong(case, kind, spoiled)), None)

    return judged


@pytest.fixture(scope="module")
def all_wrong(vectorized):
    """The rows that do not pass when one operator is replaced by a spoiled one."""

    def judged(case: Case, kind: type[Specification], spoiled: Spoiled):
        mine = Layerwise("mine", operators={**vectorized.operators, kind: spoiled})
        problem = make_problem(case)
        rows = judge(problem, Subject.of(mine, case), run(mine, problem)).rows
        assert spoiled.calls >= spoiled.call, "the planted call never came"
        return [row for row in rows if not row.passed]

    return judged


def planted(kind: str, case: Case, observable: Observable, operator: Any, change: Change) -> Spoiled:
    if kind in ACTIVATIONS:
        return spoiling_an_activation(observable, operator, change)
    if kind in OPTIMIZERS:
        return spoiling_an_optimizer(case, observable, operator, change)
    return spoiling(case, observable, operator, change)


VERDICTS = {not_a_number: "nonfinite", in_another_format: "dtype"}


@pytest.mark.parametrize("name", PLANTED)
def test_an_error_planted_into_one_observable_is_found_there_and_nowhere_else(name, all_wrong, vectorized):
    kind, case, observable, fault = PLANTED[name]
    spoiled = planted(kind, case, observable, vectorized.operators[KINDS[kind]], fault)
    wrong = all_wrong(case, KINDS[kind], spoiled)
    assert wrong, "the planted error passed"
    row = wrong[0]
    assert row.observable.name == observable.name
    # An activation's gradient is computed from the output that it kept, not from the spoiled one that it showed.
    if not (kind in ACTIVATIONS and observable.kind == "forward"):
        assert [each.observable.name for each in wrong if each.verdict == "fail"][1:] == []
    same_shape = fault is not transposed or observable.shape == observable.shape[::-1]
    assert row.verdict == VERDICTS.get(fault, "fail" if same_shape else "shape")


@pytest.mark.parametrize("name", VARIANTS)
def test_the_same_operators_unspoiled_pass_everywhere(name, first_wrong, vectorized):
    kind, case = VARIANTS[name]
    observable = produced(case, kind)[0]
    unspoiled = planted(kind, case, observable, vectorized.operators[KINDS[kind]], lambda array: array)
    assert first_wrong(case, KINDS[kind], unspoiled) is None


GRADIENTS = {
    f"{kind}-{observable.name}": (kind, case, observable)
    for kind, case in VARIANTS.values()
    for observable in produced(case, kind)
    if observable.kind == "gradient" and kind in LAYERS
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_a_gradient_that_is_left_out_is_missing_there_first(name, first_wrong, vectorized):
    kind, case, observable = GRADIENTS[name]
    spoiled = Spoiled(vectorized.operators[KINDS[kind]], "backward", observable.step, left_out(observable.part))
    row = first_wrong(case, KINDS[kind], spoiled)
    assert (row.observable.name, row.verdict) == (observable.name, "missing")


@dataclass
class Forgetful:
    """An optimizer that starts every step with empty slots."""

    operator: Any
    call: int = 0
    calls: int = 0

    def update(self, optimizer, step, weight, gradient, slots):
        return self.operator.update(optimizer, step, weight, gradient, {})


@pytest.mark.parametrize("name", [name for name, (kind, _) in VARIANTS.items() if kind in OPTIMIZERS])
def test_an_optimizer_that_forgets_its_slots_is_found_at_the_second_step(name, first_wrong, vectorized):
    kind, case = VARIANTS[name]
    row = first_wrong(case, KINDS[kind], Forgetful(vectorized.operators[KINDS[kind]]))
    if case.the_optimizer.kind == "SGD" and case.the_optimizer.momentum == 0:
        assert row is None, "there is nothing to forget"
    else:
        assert row.observable.name == "2/update/dense/kernel"


def test_every_operator_and_every_kind_of_observable_is_spoiled():
    assert {kind for kind, *_ in PLANTED.values()} == KINDS.keys()
    for name, (kind, case) in VARIANTS.items():
        spoiled = {observable.name for k, c, observable, _ in PLANTED.values() if c is case}
        assert spoiled == {observable.name for observable in produced(case, kind)}, name


def test_ids_tell_what_was_planted():
    assert all(re.fullmatch(r"[A-Za-z0-9]+-\d+-float32-[a-z0-9_/]+-[a-z_]+", name) for name in PLANTED)
