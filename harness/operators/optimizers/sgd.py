"""sgd: w' = w - lr g.

Definition with momentum b: v' = b v - lr g and w' = w + v', Nesterov w' = w + b v' - lr g.

Units: u is the unit roundoff, c(a) how far a constant a is off in float32.

Every product is rounded once and every sum once: u |lr g|, u |b v|, u |v'|, u |w'|, and with Nesterov u |b v'|,
u |b v' - lr g|, and u |w'| once more for the other order of the sum. The velocity is not observed: it carries its
error from step to step. Constants shift lr g by c(lr) |g| and b v by c(b) |v| (see ``_constants``). The error of g
enters v' and, with Nesterov, w' twice, by lr (1 + b) in all.

Source: Higham, Accuracy and Stability of Numerical Algorithms, section 3.1.
"""

from collections.abc import Mapping

import numpy as np

from harness.numerics.arithmetic import Arithmetic, float32_constant_error
from harness.numerics.estimate import Estimate
from harness.numerics.expressions import Expression
from harness.operators.optimizers._average import in_float32
from harness.operators.optimizers._blocks import update_in_blocks
from harness.operators.optimizers._constants import slot, with_shift
from harness.operators.optimizers.optimizer import Optimizer, remembered


class SGD(Optimizer):
    """Stochastic gradient descent.

    Without momentum ``w - learning_rate * g``; with it ``v = momentum * v - learning_rate * g`` and ``w + v``, or
    ``w + momentum * v - learning_rate * g`` where ``nesterov``.
    """

    learning_rate: float = 0.01
    momentum: float = 0.0
    nesterov: bool = False

    @property
    def plain_rate(self) -> float | None:
        return None if self.momentum else self.learning_rate

    def __post_init__(self) -> None:
        self.normalize_numbers("learning_rate", "momentum")

    samples = ({}, {"momentum": 0.5}, {"momentum": 0.7, "nesterov": True})

    def step(
        self, number: int, weight: Expression, gradient: Expression, slots: Mapping[str, Expression]
    ) -> tuple[Expression, Mapping[str, Expression]]:
        """Return the parameter after the step, and the velocity with momentum."""
        descent = in_float32(self.learning_rate) * gradient
        if self.momentum == 0:
            return weight - descent, {}
        velocity = in_float32(self.momentum) * remembered(slots, "velocity", weight) - descent
        change = in_float32(self.momentum) * velocity - descent if self.nesterov else velocity
        return weight + change, {"velocity": velocity}

    @update_in_blocks
    def update(
        self,
        step: int,
        weight: Estimate,
        gradient: Estimate,
        slots: Mapping[str, Estimate],
        arithmetic: Arithmetic,
    ) -> tuple[Estimate, Mapping[str, Estimate]]:
        """Return the parameter after the step and the slots (``velocity`` with momentum), all its shape."""
        rate, momentum = self.learning_rate, self.momentum
        descent = gradient.scaled(rate)
        shift = float32_constant_error(rate) * np.abs(gradient.value)
        of_descent = Estimate.rounding(descent.value, 1, arithmetic)
        if momentum == 0:
            return (weight - descent).off_by(of_descent).rounded(1, arithmetic).off_by_either(shift), {}
        old, old_shift = slot(slots, "velocity", weight)
        velocity = (old.scaled(momentum).rounded(1, arithmetic) - descent).off_by(of_descent).rounded(1, arithmetic)
        constant = float32_constant_error(momentum)
        new_shift = momentum * old_shift + constant * np.abs(old.value) + shift
        new_slots = with_shift("velocity", velocity, new_shift)
        if not self.nesterov:
            return (weight + velocity).rounded(1, arithmetic).off_by_either(new_shift), new_slots
        ahead = momentum * velocity.value
        # The gradient's own error is taken out of the velocity here, because it comes again with the same sign.
        worst_case, variance = (
            velocity.worst_case - rate * gradient.worst_case,
            velocity.variance - rate**2 * gradient.variance,
        )
        own = Estimate(ahead, np.maximum(worst_case, 0), np.maximum(variance, 0))
        inherited = own.through(ahead, momentum) - gradient.through(descent.value, rate * (1 + momentum))
        change = inherited.off_by(Estimate.rounding(ahead, 1, arithmetic)).off_by(of_descent).rounded(1, arithmetic)
        total_shift = momentum * new_shift + constant * np.abs(velocity.value) + shift
        return (weight + change).rounded(2, arithmetic).off_by_either(total_shift), new_slots
