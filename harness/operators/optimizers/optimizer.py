"""What every optimizer is: numbers that are checked, its definition, and the errors that follow from it."""

from collections.abc import Mapping

import numpy as np

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.numerics.expressions import Expression, given
from harness.operators.specification import Operator, is_number


class Optimizer(Operator):
    """An optimizer with Keras's name, arguments and defaults.

    A new one says ``step`` and nothing else.
    """

    @property
    def plain_rate(self) -> float | None:
        """The learning rate where a step is that times the gradient, and nothing is remembered; None elsewhere."""
        return None

    def normalize_numbers(self, *arguments: str) -> None:
        """Check that each argument is a number of 0 or more and store it as a float; for ``__post_init__``."""
        for argument in arguments:
            value = getattr(self, argument)
            self.expect(is_number(value) and value >= 0, argument, "a number of 0 or more")
            self.normalize(argument, float(value))

    def step(
        self, number: int, weight: Expression, gradient: Expression, slots: Mapping[str, Expression]
    ) -> tuple[Expression, Mapping[str, Expression]]:
        """Return a parameter after a step, and what is remembered of it.

        Args:
            number: of the step, 1, 2, ….
            weight: the parameter before it.
            gradient: the shape of the parameter.
            slots: what the step before has returned; before the first there is nothing (see ``remembered``).
        """
        raise NotImplementedError(f"{self.kind}.step")

    def update(
        self, step: int, weight: Estimate, gradient: Estimate, slots: Mapping[str, Estimate], arithmetic: Arithmetic
    ) -> tuple[Estimate, Mapping[str, Estimate]]:
        """Return the parameter after the step and the slots, with the errors that an implementation's may have."""
        before = {name: given(slot, arithmetic) for name, slot in slots.items()}
        after, new_slots = self.step(step, given(weight, arithmetic), given(gradient, arithmetic), before)
        return after.estimate, {name: slot.estimate for name, slot in new_slots.items()}


def remembered(slots: Mapping[str, Expression], name: str, like: Expression) -> Expression:
    """Return a slot, 0 before the first step, the shape of ``like``."""
    return slots[name] if name in slots else given(Estimate.exact(np.zeros(like.shape)), like.arithmetic)
