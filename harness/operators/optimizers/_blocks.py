"""Large parameters a piece at a time.

An error takes some sixty passes over an array, which are several times as fast where arrays stay in the processor's
cache. Optimizers never look from one element to another, so that a parameter may be cut anywhere.
"""

import functools
from collections.abc import Callable, Mapping
from typing import TypeVar

import numpy as np

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.operators.optimizers.optimizer import Optimizer
from harness.operators.specification import Shape

# Elements of a block: a dozen float64 arrays of it fit into two megabytes.
ELEMENTS = 2**14

S = TypeVar("S", bound=Optimizer)
Slots = Mapping[str, Estimate]
Update = Callable[[S, int, Estimate, Estimate, Slots, Arithmetic], tuple[Estimate, Slots]]


def update_in_blocks(function: Update[S]) -> Update[S]:
    """Return an optimizer's ``update``, computed in blocks of elements where there are many."""

    @functools.wraps(function)
    def update(
        optimizer: S, step: int, weight: Estimate, gradient: Estimate, slots: Slots, arithmetic: Arithmetic
    ) -> tuple[Estimate, Slots]:
        size, shape = weight.value.size, weight.shape
        if size <= ELEMENTS:
            return function(optimizer, step, weight, gradient, slots, arithmetic)
        weight, gradient = _flat(weight), _flat(gradient)
        slots = {name: _flat(slot) for name, slot in slots.items()}
        weights: list[Estimate] = []
        new_slots: list[Slots] = []
        for begin in range(0, size, ELEMENTS):
            part = slice(begin, begin + ELEMENTS)
            given = {name: _cut(slot, part) for name, slot in slots.items()}
            new = function(optimizer, step, _cut(weight, part), _cut(gradient, part), given, arithmetic)
            weights.append(new[0])
            new_slots.append(new[1])
        joined = {name: _joined([part[name] for part in new_slots], shape) for name in new_slots[0]}
        return _joined(weights, shape), joined

    return update


def _flat(estimate: Estimate) -> Estimate:
    return estimate.mapped(np.ravel)


def _cut(estimate: Estimate, part: slice) -> Estimate:
    return Estimate(estimate.value[part], estimate.worst_case[part], estimate.variance[part])


def _joined(parts: list[Estimate], shape: Shape) -> Estimate:
    value = np.concatenate([part.value for part in parts]).reshape(shape)
    if all(part.is_exact for part in parts):
        return Estimate.exact(value)
    worst_case, variance = (
        np.concatenate([getattr(part, name) for part in parts]).reshape(shape) for name in ("worst_case", "variance")
    )
    return Estimate(value, worst_case, variance)
