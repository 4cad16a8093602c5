"""huber: mean over all N elements of e²/2 where |e| <= delta, else delta |e| - delta²/2, e = p - y.

Units: u is the unit roundoff, D is delta, c = min(|e|, D), p carries an error d. D may be held in the working
precision: one rounding.

Forward: e²/2 is e rounded once and squared once: 3u e²/2. D|e| has one rounding of e, D and the product: 3u D|e|; D²/2
the same from D, the difference one: with c all of them are at most 3u (c|e| + c²/2) + u times the result, and so is
c (|e| - c/2). Nothing cancels, for the result is at least c|e| / 2. p's error times c, and half its square. The two
branches meet with equal value and slope: whichever is taken next to D makes no difference of first order.

Backward: e capped at ±D, over N: one rounding of e or D, up to three of 1/N, one of the product; p's error inside the
cap only.

Source: Higham, Accuracy and Stability of Numerical Algorithms, section 3.1.
"""

import numpy as np

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate, Floats
from harness.numerics.expressions import Expression, chosen, constant, magnitude, square
from harness.numerics.kinks import behind, curved
from harness.numerics.tensors import mean_of_all
from harness.operators.losses._mean import mean
from harness.operators.losses.loss import Loss
from harness.operators.specification import is_number

GRADIENT_ROUNDINGS = 5


class Huber(Loss):
    """Mean over samples and outputs of e²/2 where |e| <= delta, else delta * |e| - delta²/2."""

    delta: float = 1.0

    def __post_init__(self) -> None:
        self.expect(is_number(self.delta) and self.delta > 0, "delta", "a positive number")
        self.normalize("delta", float(self.delta))

    samples = ({}, {"delta": 0.3})

    def output(self, y_true: Expression, y_pred: Expression) -> Expression:
        """Return the loss, a scalar."""
        error = y_pred - y_true
        size, inside = magnitude(error), np.abs(error.value) <= self.delta
        outside = self.delta * size - 0.5 * square(constant(self.delta))
        return mean_of_all(chosen(size, inside, 0.5 * square(error), outside, self.delta))

    def forward(self, y_true: Floats, y_pred: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the loss, a scalar, of targets and predictions of one shape."""
        error = y_pred - Estimate.exact(y_true)
        size = np.abs(error.value)
        capped = np.minimum(size, self.delta)
        inherited = curved(error, capped * (size - 0.5 * capped), lambda reach: capped + reach / 2)
        parts = Estimate.rounding(capped * size + 0.5 * np.square(capped), 3, arithmetic)
        return mean(inherited.off_by(parts).rounded(1, arithmetic), arithmetic)

    def backward(self, y_true: Floats, y_pred: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the gradient with respect to y_pred, its shape."""
        error = y_pred - Estimate.exact(y_true)
        capped = np.clip(error.value, -self.delta, self.delta)
        inherited = behind(error, capped, np.abs(error.value - capped))
        return inherited.scaled(1 / error.value.size).rounded(GRADIENT_ROUNDINGS, arithmetic)
