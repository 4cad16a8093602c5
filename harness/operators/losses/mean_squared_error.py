"""mean_squared_error: mean over all N elements of e², e = p - y.

Units: u is the unit roundoff, p carries an error d.

Forward: e is rounded once, its square once: 3u e², and e d from p twice. An error d larger than e also enters by its
own square, hence the slope 2|e| + d. Then the mean, see ``_mean``.

Backward: 2 e / N. One rounding of e, one of the product, and up to three of 1/N, which Keras makes of two divisions:
5u; p's error times 2 / N.

Source: Higham, Accuracy and Stability of Numerical Algorithms, section 3.1.
"""

import numpy as np

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate, Floats
from harness.numerics.expressions import Expression, square
from harness.numerics.kinks import curved
from harness.numerics.tensors import mean_of_all
from harness.operators.losses._mean import mean
from harness.operators.losses.loss import Loss

GRADIENT_ROUNDINGS = 5


class MeanSquaredError(Loss):
    """Mean of (y_pred - y_true)² over samples and outputs."""

    def output(self, y_true: Expression, y_pred: Expression) -> Expression:
        """Return the loss, a scalar."""
        return mean_of_all(square(y_pred - y_true))

    def forward(self, y_true: Floats, y_pred: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the loss, a scalar, of targets and predictions of one shape."""
        error = (y_pred - Estimate.exact(y_true)).rounded(1, arithmetic)
        square = curved(error, np.square(error.value), lambda reach: 2 * np.abs(error.value) + reach)
        return mean(square.rounded(1, arithmetic), arithmetic)

    def backward(self, y_true: Floats, y_pred: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the gradient with respect to y_pred, its shape."""
        error = y_pred - Estimate.exact(y_true)
        return error.scaled(2 / error.value.size).rounded(GRADIENT_ROUNDINGS, arithmetic)
