"""softmax: y_i = e_i / sum_j e_j, e_i = exp(x_i - m), m the largest x of the last axis.

Units: u is the unit roundoff, n the number of classes, k the roundings of exp. An error h_i of the exponent, wherever
it comes from, is one of x_i: behind the Jacobian y_i (1_ij - y_j) it is y_i (h_i |1 - 2 y_i| + sum_j y_j h_j) at most,
with the variance y_i² (v_i |1 - 2 y_i| + sum_j y_j² v_j), v_i that of h_i.

Forward: x_i - m is rounded once, which is u |x_i - m| in the exponent, and exp k times, which is k u: both h_i. Without
m taken off there is one rounding less. The sum of n terms (``summation``), then one division, or one reciprocal and one
product: two roundings of y_i. x's error is an h_i. TensorFlow's exp flushes results below twice the smallest normal
number to 0, and ONNX Runtime's never gets below it: two underflows, also where y is 0.

Backward: dx_i = y_i (dy_i - S), S = sum_j dy_j y_j: the products one rounding and the sum, one rounding of the
difference and one of the product. With the Jacobian as a matrix, its diagonal y_i (1 - y_i) is rounded twice and
multiplied by dy_i: 3u y_i |dy_i|. dy's error goes through the Jacobian. y may be computed anew from x, with the
forward's error g_i: |dy_i - S| g_i + y_i sum_j |dy_j| g_j.

Sources: Higham, Accuracy and Stability of Numerical Algorithms, chapters 3 and 4; Blanchard, Higham and Higham, IMA J.
Numer. Anal. 41 (2021).
"""

import numpy as np

from harness.numerics import tensors
from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate, Floats
from harness.numerics.expressions import Expression, exp, given
from harness.numerics.summation import total
from harness.operators.activations._blocks import backward_in_blocks, forward_in_blocks
from harness.operators.activations.activation import Activation

DIVISION_ROUNDINGS = 2
UNDERFLOWS = 2


class Softmax(Activation):
    """``y_i = exp(x_i) / sum_j exp(x_j) along the last axis``."""

    sums_to_one = True

    def output(self, x: Expression) -> Expression:
        """Return y, the shape of x."""
        # The largest is taken off, which changes nothing and has no derivative.
        exponentials = exp(x - constant_shift(x))
        return exponentials / tensors.total(exponentials, -1, keepdims=True)

    @forward_in_blocks
    def forward(self, x: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return y, the shape of x."""
        shifted = x.value - x.value.max(axis=-1, keepdims=True)
        exponentials = np.exp(shifted)
        summed = total(Estimate.exact(exponentials), -1, arithmetic).mapped(lambda a: a[..., np.newaxis])
        y = exponentials / summed.value
        # The exponential of minus infinity is 0, whatever is rounded.
        finite = np.where(np.isneginf(shifted), 0.0, np.abs(shifted))
        exponents = x.off_by(arithmetic.unit_roundoff * (finite + arithmetic.exp_roundings))
        inherited = _behind_jacobian(y, y, exponents)
        divided = inherited + summed.through(np.zeros(x.shape), y / summed.value)
        divided = divided.off_by(UNDERFLOWS * arithmetic.smallest_normal)
        return divided.rounded(DIVISION_ROUNDINGS, arithmetic)

    @backward_in_blocks
    def backward(self, x: Estimate, y: Estimate, dy: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the gradient with respect to x, the shape of dy."""
        p = y.value
        products = Estimate.exact(dy.value * p).rounded(1, arithmetic)
        summed = total(products, -1, arithmetic).mapped(lambda a: a[..., np.newaxis])
        difference = dy.value - summed.value
        dx = _behind_jacobian(p * difference, p, dy)
        dx = dx + summed.through(np.zeros(p.shape), p)
        dx = dx.off_by(Estimate.rounding(p * dy.value, 3, arithmetic)).rounded(2, arithmetic)
        anew = self.forward(Estimate.exact(x.value), arithmetic)
        error = Estimate(p, y.worst_case + anew.worst_case, y.variance + anew.variance)
        slope = np.abs(dy.value)
        return Estimate(
            dx.value,
            dx.worst_case
            + np.abs(difference) * error.worst_case
            + p * (slope * error.worst_case).sum(axis=-1, keepdims=True),
            dx.variance
            + np.square(difference) * error.variance
            + np.square(p) * (np.square(slope) * error.variance).sum(axis=-1, keepdims=True),
        )


def _behind_jacobian(value: Floats, y: Floats, error: Estimate) -> Estimate:
    """Return ``value`` with an input's error behind the Jacobian of softmax at y."""
    if error.is_exact:
        return Estimate.exact(value)
    worst_case = y * (error.worst_case * np.abs(1 - 2 * y) + (y * error.worst_case).sum(axis=-1, keepdims=True))
    variance = np.square(y) * (
        error.variance * np.abs(1 - 2 * y) + (np.square(y) * error.variance).sum(axis=-1, keepdims=True)
    )
    return Estimate(value, worst_case, variance)


def constant_shift(x: Expression) -> Expression:
    """Return the largest of each row, as a number that is known exactly."""
    return given(Estimate.exact(x.value.max(axis=-1, keepdims=True)), x.arithmetic)
