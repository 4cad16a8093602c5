"""What elu and selu share: y = p x where x > 0, else b (exp(x) - 1).

Units: u is the unit roundoff, k the roundings of a library function. elu has p = 1 and b = alpha; selu p = SCALE and
b = SCALE ALPHA.

Forward, negative side: expm1 is off by k u of its value, exp(x) - 1 by k u exp(x) (where it cancels, the difference
itself is exact: Sterbenz): both are allowed, and two roundings of b and the product. The positive side has none where p
is 1, else two. x's error times p or b exp(x).

Backward, negative side: dy b exp(x), or dy (y + b) from the stored output, which is the same up to the rounding of y:
that of the forward is allowed, the rounding of y + b, k u of exp, and three of b, the product and dy. Which of the two
is taken as the value depends on what is known exactly. Where dy b and dy p differ, an x that is known only within an
error larger than its distance from 0 may have been on either side; and so may one within k u below 0, where
exp(x) - 1 is 0, of an implementation that looks at its output, as TensorFlow does.

Source: Higham, Accuracy and Stability of Numerical Algorithms, section 2.5 and 1.14.1 (expm1).
"""

from dataclasses import dataclass

import numpy as np

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate, Floats
from harness.operators.activations._sides import kinked, unsure

CONSTANT_ROUNDINGS = 2
GRADIENT_ROUNDINGS = 3


@dataclass(frozen=True)
class ExponentialUnit:
    """One of the family.

    Attributes:
        slope: p, of the positive side.
        height: b, how far the negative side goes down.
        positive_at_zero: whose derivative holds at 0.
    """

    slope: float
    height: float
    positive_at_zero: bool

    def forward(self, x: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return y, the shape of x."""
        above = x.value > 0
        decay = np.expm1(np.minimum(x.value, 0))
        value = np.where(above, self.slope * x.value, self.height * decay)
        y = kinked(x.scaled(self.slope), value, self.height / self.slope * (decay + 1))
        below = self._rounding_below(self.height * decay, arithmetic)
        return y.off_by(np.where(above, self._rounding_above(value, arithmetic), below))

    def backward(self, x: Estimate, y: Estimate, dy: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the gradient with respect to x, the shape of dy."""
        stored = y.is_exact and not x.is_exact and self.height > 0
        tells = y if stored else x
        above = tells.value >= 0 if self.positive_at_zero else tells.value > 0
        if stored:
            output = np.minimum(y.value, 0)
            slope = output + self.height
            dx = dy.scaled(np.where(above, self.slope, slope))
        else:
            output = self.height * np.expm1(np.minimum(x.value, 0))
            slope = self.height * np.exp(np.minimum(x.value, 0))
            surely_above = x.value > np.maximum(*x.reach)
            by_input = x.through(np.zeros(x.shape), np.where(surely_above, 0.0, dy.value * slope))
            dx = dy.scaled(np.where(above, self.slope, slope)) + by_input
        below_roundings = GRADIENT_ROUNDINGS + 1 + arithmetic.exp_roundings
        below = Estimate.rounding(dx.value, below_roundings, arithmetic)
        below = below + np.abs(dy.value) * self._rounding_below(output, arithmetic)
        dx = dx.off_by(np.where(above, self._rounding_above(dx.value, arithmetic), below))
        difference = (self.slope - self.height) * dy.value
        nearly = x.value > -arithmetic.exp_roundings * arithmetic.unit_roundoff
        lost = (x.value - x.worst_case < 0) & ((y.value == 0) if y.is_exact else nearly)
        return unsure(dx.off_by_either(np.where(lost, difference, 0.0)), tells, difference)

    def _rounding_above(self, result: Floats, arithmetic: Arithmetic) -> Floats:
        if self.slope == 1:
            return np.zeros_like(result)
        return Estimate.rounding(result, CONSTANT_ROUNDINGS, arithmetic)

    def _rounding_below(self, y: Floats, arithmetic: Arithmetic) -> Floats:
        """Return the forward's rounding on the negative side, given its output; 0 where that is 0."""
        own = Estimate.rounding(y, CONSTANT_ROUNDINGS + arithmetic.expm1_roundings, arithmetic)
        by_difference = arithmetic.exp_roundings * arithmetic.unit_roundoff * np.abs(y + self.height)
        return np.where(y == 0, 0.0, own + by_difference)
