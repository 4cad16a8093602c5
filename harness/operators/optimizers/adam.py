"""adam: w' = w - A m' / (√v' + e), with moving averages m' of g and v' of g².

Definition, at step k: m' = m + (1 - b1)(g - m), v' = v + (1 - b2)(g² - v), A = lr √(1 - b2^k) / (1 - b1^k).

Units: u is the unit roundoff, c(a) how far a constant a is off in float32, p the roundings of a power.

m' and v' as in ``_average``; g² is rounded once. They are not observed and carry their errors from step to step.

A is one number for all elements: its five roundings, and those of the powers where k > 1, p u b^k / (1 - b^k) (half of
it behind the root), are the same everywhere and do not average out, like the shifts of its constants, relative
c(lr) / lr + k b1^(k-1) c(b1) / (1 - b1^k) + k b2^(k-1) c(b2) / (1 - b2^k) / 2. With b2 = 0.999 that is 6.4e-6
at the first step, also in a float64 run of Keras, where only 1 - b is exact. A choice between two values.

s = A m' / (√v' + e): m's error times A / d, the root's times A |m'| / d², d = √v' + e; one rounding of the root and d,
two of s, two more for other orders of the factors; then the sum, once.

Sources: Higham, Accuracy and Stability of Numerical Algorithms, section 3.1; Kingma and Ba, arXiv:1412.6980, the
paragraph before section 2.1, for the definition.
"""

import math
from collections.abc import Mapping

import numpy as np

from harness.numerics import expressions
from harness.numerics.arithmetic import Arithmetic, float32_constant_error
from harness.numerics.estimate import Estimate
from harness.numerics.expressions import Expression, power
from harness.operators.optimizers._average import (
    averaged,
    averaged_expression,
    beyond_the_format,
    in_float32,
    root,
    root_error,
    shifted,
)
from harness.operators.optimizers._blocks import update_in_blocks
from harness.operators.optimizers._constants import slot, with_shift
from harness.operators.optimizers.optimizer import Optimizer, remembered

RATE_ROUNDINGS = 5
STEP_ROUNDINGS = 4


class Adam(Optimizer):
    """Adam.

    ``m += (1 - beta_1)(g - m)``, ``v += (1 - beta_2)(g² - v)``, then
    ``w -= m * learning_rate * sqrt(1 - beta_2^k) / (1 - beta_1^k) / (sqrt(v) + epsilon)`` at step k: the epsilon of
    Kingma and Ba's paragraph before section 2.1, not of their algorithm 1.
    """

    learning_rate: float = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    def __post_init__(self) -> None:
        self.normalize_numbers("learning_rate", "beta_1", "beta_2", "epsilon")

    samples = ({"learning_rate": 0.1},)

    def step(
        self, number: int, weight: Expression, gradient: Expression, slots: Mapping[str, Expression]
    ) -> tuple[Expression, Mapping[str, Expression]]:
        """Return the parameter after the step, and both moving averages."""
        # Each use for itself: one place may hold a constant in float32 and another exactly.
        mean = averaged_expression(self.beta_1, remembered(slots, "mean", weight), gradient)
        square = averaged_expression(self.beta_2, remembered(slots, "square", weight), expressions.square(gradient))
        first, second = (1.0 - power(in_float32(beta), number) for beta in (self.beta_1, self.beta_2))
        rate = in_float32(self.learning_rate) * expressions.root(second) / first
        change = rate * mean / (expressions.root(square) + in_float32(self.epsilon))
        return weight - change, {"mean": mean, "square": square}

    @update_in_blocks
    def update(
        self,
        step: int,
        weight: Estimate,
        gradient: Estimate,
        slots: Mapping[str, Estimate],
        arithmetic: Arithmetic,
    ) -> tuple[Estimate, Mapping[str, Estimate]]:
        """Return the parameter after the step and the slots ``mean`` and ``square``, all the shape of ``weight``."""
        old_mean, old_mean_shift = slot(slots, "mean", weight)
        old_square, old_square_shift = slot(slots, "square", weight)
        squared = gradient.through(np.square(gradient.value), 2 * gradient.value).rounded(1, arithmetic)
        mean = averaged(self.beta_1, old_mean, gradient, arithmetic)
        square = averaged(self.beta_2, old_square, squared, arithmetic)
        mean_shift = shifted(self.beta_1, old_mean_shift, old_mean, gradient)
        square_shift = shifted(self.beta_2, old_square_shift, old_square, squared)

        rate, rate_error = _rate(self, step, arithmetic)
        with np.errstate(divide="ignore", invalid="ignore"):
            deviation = root(square).rounded(1, arithmetic)
            divisor = deviation.through(deviation.value + self.epsilon, 1.0).rounded(1, arithmetic)
            change = rate * mean.value / divisor.value
            by_divisor = np.abs(change) / divisor.value
            inherited = mean.through(change, rate / divisor.value) + divisor.through(np.zeros(weight.shape), by_divisor)
            shift = (
                np.abs(change) * rate_error
                + rate / divisor.value * mean_shift
                + by_divisor * (root_error(square.value, square_shift) + float32_constant_error(self.epsilon))
            )
        new_weight = (weight - inherited.rounded(STEP_ROUNDINGS, arithmetic)).rounded(1, arithmetic)
        slots = with_shift("mean", mean, mean_shift) | with_shift("square", square, square_shift)
        return beyond_the_format(new_weight.off_by_either(shift), squared, square, arithmetic=arithmetic), slots


def _rate(optimizer: Adam, step: int, arithmetic: Arithmetic) -> tuple[float, float]:
    """Return A and its relative error."""
    if optimizer.learning_rate == 0:
        return 0.0, 0.0
    first, second = 1 - optimizer.beta_1**step, 1 - optimizer.beta_2**step
    error = RATE_ROUNDINGS * arithmetic.unit_roundoff
    error += float32_constant_error(optimizer.learning_rate) / optimizer.learning_rate
    for beta, left, weight in ((optimizer.beta_1, first, 1.0), (optimizer.beta_2, second, 0.5)):
        power = arithmetic.power_roundings * arithmetic.unit_roundoff * beta**step if step > 1 else 0.0
        constant = step * beta ** (step - 1) * float32_constant_error(beta)
        error += weight * (power + constant) / left
    return optimizer.learning_rate * math.sqrt(second) / first, error
