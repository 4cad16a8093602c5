"""mean_absolute_error: mean over all N elements of the size of e = p - y; the gradient at 0 is 0.

Units: u is the unit roundoff, p carries an error d.

Forward: e is rounded once, its size not at all: u|e|, and d from p. Then the mean, see ``_mean``.

Backward: sign(e) / N, with up to three roundings of 1/N. The subtraction of two floating-point numbers has the right
sign, and is 0 only where they are equal (Higham, Accuracy and Stability of Numerical Algorithms, section 2.4, gradual
underflow), so that an exact p decides the sign. Within d of 0 the sign may be the other: 2 / N.
"""

import numpy as np

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate, Floats
from harness.numerics.expressions import Expression, magnitude
from harness.numerics.kinks import either_side
from harness.numerics.tensors import mean_of_all
from harness.operators.losses._mean import mean
from harness.operators.losses.loss import Loss

GRADIENT_ROUNDINGS = 3


class MeanAbsoluteError(Loss):
    """Mean of |y_pred - y_true| over samples and outputs; the gradient at 0 is 0."""

    def output(self, y_true: Expression, y_pred: Expression) -> Expression:
        """Return the loss, a scalar."""
        return mean_of_all(magnitude(y_pred - y_true))

    def forward(self, y_true: Floats, y_pred: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the loss, a scalar, of targets and predictions of one shape."""
        error = (y_pred - Estimate.exact(y_true)).rounded(1, arithmetic)
        return mean(error.through(np.abs(error.value), 1.0), arithmetic)

    def backward(self, y_true: Floats, y_pred: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the gradient with respect to y_pred, its shape."""
        error = y_pred - Estimate.exact(y_true)
        sign = Estimate.exact(np.sign(error.value) / error.value.size).rounded(GRADIENT_ROUNDINGS, arithmetic)
        return either_side(sign, error, np.abs(error.value), 2 / error.value.size)
