"""rmsprop: w' = w - s, s = lr g / √(v' + e), with a moving average v' of g².

Definition: v' = r v + (1 - r) g²; centered s = lr g / √(v' - a'² + e) with a' = r a + (1 - r) g; with momentum b
m' = b m + s and w' = w - m'.

Units: u is the unit roundoff, c(a) how far a constant a is off in float32.

v' and a' as in ``_average``; g² is rounded once. The slots are not observed and carry their errors from step to step.

v' - a'² may cancel: one rounding of a'², one of the difference and one of the sum with e; a's error times 2 |a'|. The
inverse root is not linear where e is small (see ``_average``). s: one rounding of the root, two of the product and the
quotient, one more for another order. Momentum: one rounding of b m and one of m'; then the sum with w, once. Constants
shift lr g by c(lr) |g|, the averages as in ``_average``, b m by c(b) |m|, e by c(e) (see ``_constants``).

Sources: Higham, Accuracy and Stability of Numerical Algorithms, sections 1.7 and 3.1; Keras 3,
``optimizers.rmsprop``, for the definition.
"""

from collections.abc import Mapping

import numpy as np

from harness.numerics import expressions
from harness.numerics.arithmetic import Arithmetic, float32_constant_error
from harness.numerics.estimate import Estimate
from harness.numerics.expressions import Expression
from harness.operators.optimizers._average import (
    averaged,
    averaged_expression,
    beyond_the_format,
    in_float32,
    inverse_root,
    inverse_root_error,
    shifted,
)
from harness.operators.optimizers._blocks import update_in_blocks
from harness.operators.optimizers._constants import slot, with_shift
from harness.operators.optimizers.optimizer import Optimizer, remembered

STEP_ROUNDINGS = 4


class RMSprop(Optimizer):
    """RMSprop.

    ``v = rho * v + (1 - rho) g²``, step ``learning_rate * g / sqrt(v + epsilon)``: the epsilon is inside the root.
    Centered subtracts the square of the mean gradient ``a = rho * a + (1 - rho) g`` from v in the root. With momentum
    ``m = momentum * m + step`` is taken off, else the step itself.
    """

    learning_rate: float = 0.001
    rho: float = 0.9
    momentum: float = 0.0
    epsilon: float = 1e-7
    centered: bool = False

    def __post_init__(self) -> None:
        self.normalize_numbers("learning_rate", "rho", "momentum", "epsilon")

    samples = ({"learning_rate": 0.1}, {"momentum": 0.5, "centered": True, "learning_rate": 0.1})

    def step(
        self, number: int, weight: Expression, gradient: Expression, slots: Mapping[str, Expression]
    ) -> tuple[Expression, Mapping[str, Expression]]:
        """Return the parameter after the step, and the slots."""
        square = averaged_expression(self.rho, remembered(slots, "square", weight), expressions.square(gradient))
        new_slots = {"square": square}
        variance = square
        if self.centered:
            mean = new_slots["mean"] = averaged_expression(self.rho, remembered(slots, "mean", weight), gradient)
            variance = square - expressions.square(mean)
        change = in_float32(self.learning_rate) * gradient / expressions.root(variance + in_float32(self.epsilon))
        if self.momentum > 0:
            change = new_slots["velocity"] = in_float32(self.momentum) * remembered(slots, "velocity", weight) + change
        return weight - change, new_slots

    @update_in_blocks
    def update(
        self,
        step: int,
        weight: Estimate,
        gradient: Estimate,
        slots: Mapping[str, Estimate],
        arithmetic: Arithmetic,
    ) -> tuple[Estimate, Mapping[str, Estimate]]:
        """Return the parameter after the step and the slots.

        Slots are ``square``, ``mean`` where centered and ``velocity`` with momentum, all the shape of ``weight``.
        """
        rho, rate = self.rho, self.learning_rate
        old_square, old_shift = slot(slots, "square", weight)
        squared = gradient.through(np.square(gradient.value), 2 * gradient.value).rounded(1, arithmetic)
        square = averaged(rho, old_square, squared, arithmetic)
        shift = shifted(rho, old_shift, old_square, squared)
        new_slots = with_shift("square", square, shift)
        variance = square
        if self.centered:
            old_mean, old_mean_shift = slot(slots, "mean", weight)
            mean = averaged(rho, old_mean, gradient, arithmetic)
            mean_shift = shifted(rho, old_mean_shift, old_mean, gradient)
            new_slots |= with_shift("mean", mean, mean_shift)
            mean_squared = mean.through(np.square(mean.value), 2 * mean.value).rounded(1, arithmetic)
            variance = (square - mean_squared).rounded(1, arithmetic)
            shift = shift + 2 * np.abs(mean.value) * mean_shift
        variance = variance.through(variance.value + self.epsilon, 1.0).rounded(1, arithmetic)
        shift = shift + float32_constant_error(self.epsilon)

        with np.errstate(divide="ignore", invalid="ignore"):
            scale = inverse_root(variance)
            descent = rate * gradient.value
            change = gradient.through(descent * scale.value, rate * scale.value)
            change = change + scale.through(np.zeros(weight.shape), descent)
            shift = np.abs(descent) * inverse_root_error(variance.value, shift)
            shift = shift + float32_constant_error(rate) * np.abs(gradient.value) * scale.value
        change = change.rounded(STEP_ROUNDINGS, arithmetic)
        if self.momentum > 0:
            old_velocity, old_shift = slot(slots, "velocity", weight)
            change = (old_velocity.scaled(self.momentum).rounded(1, arithmetic) + change).rounded(1, arithmetic)
            shift = shift + self.momentum * old_shift
            shift = shift + float32_constant_error(self.momentum) * np.abs(old_velocity.value)
            new_slots |= with_shift("velocity", change, shift)
        known = (weight - change).rounded(1, arithmetic).off_by_either(shift)
        return beyond_the_format(known, squared, square, arithmetic=arithmetic), new_slots
