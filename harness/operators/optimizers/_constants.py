"""What an optimizer's constants add: the shift between an update with exact constants and one with rounded ones.

Keras keeps the learning rate and some other constants in float32, also in float64; others keep them exactly. The
difference is no rounding that averages out: it is the same for every element and adds up from step to step. It is
therefore carried beside each slot, as a size of its own and always added, and enters a weight as a choice between two
values.
"""

from collections.abc import Mapping

import numpy as np

from harness.numerics.estimate import Estimate, Floats

SHIFT = "shift of "


def slot(slots: Mapping[str, Estimate], name: str, like: Estimate) -> tuple[Estimate, Floats]:
    """Return a slot and its shift, both 0 before the first step, the shape of ``like``."""
    if name not in slots:
        zero = Estimate.exact(np.zeros(like.shape))
        return zero, zero.value
    return slots[name], slots[SHIFT + name].value


def with_shift(name: str, estimate: Estimate, shift: Floats) -> dict[str, Estimate]:
    """Return the slot and its shift by name, for the next step."""
    return {name: estimate, SHIFT + name: Estimate.exact(shift)}
