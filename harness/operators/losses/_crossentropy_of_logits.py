"""Cross-entropy of the softmax of logits z, by sample: sum_i y_i (L - x_i), x_i = z_i - max z, L = log sum_j exp(x_j).

Units: u is the unit roundoff, n the number of classes, s = softmax(z), Y = sum_i y_i, k the roundings of a library
function, z carries an error d.

Forward: x_i is rounded once, exp(x_j) k times: L is off by sum_j s_j (u |x_j| + k u), by the relative error of the sum
of exponentials, and by k u |L| of the logarithm. Without the maximum taken off first, the logarithm is that of
exp(max z) times the same sum: k u |L + max z|, where that can be computed at all. L counts Y times. Then L - x_i one
rounding, the product one, and the sum of n terms. z's error times s_i Y - y_i.

Backward: (s_i Y - y_i) / samples: the error of s (see ``activations.softmax``), that of Y as a sum of the y_i that are
not 0, two roundings of the product, one of y and of the difference, up to three of 1/samples and the product. Y is 1
for probabilities and many leave it out, as TensorFlow does: where Y is 1 within its rounding, that is allowed.

Sources: Higham, Accuracy and Stability of Numerical Algorithms, chapters 3 and 4; Blanchard, Higham and Higham, IMA J.
Numer. Anal. 41 (2021), for log-sum-exp and softmax.
"""

import math

import numpy as np

from harness.numerics import tensors
from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate, Floats
from harness.numerics.expressions import Expression, exp, log
from harness.numerics.summation import accumulated, total
from harness.operators.activations import Softmax
from harness.operators.activations.softmax import constant_shift

MEAN_ROUNDINGS = 4


def terms(y: Floats, z: Estimate, arithmetic: Arithmetic) -> Estimate:
    """Return the loss of each sample, the shape of z without its last axis (classes)."""
    u = arithmetic.unit_roundoff
    top = z.value.max(axis=-1, keepdims=True)
    x = z.value - top
    exponentials = np.exp(x)
    exponents = Estimate.exact(x).off_by(u * (np.abs(x) + arithmetic.exp_roundings))
    summed = total(exponents.through(exponentials, exponentials), -1, arithmetic).mapped(lambda a: a[..., np.newaxis])
    log_sum = summed.through(np.log(summed.value), 1 / summed.value)
    log_sum = log_sum.rounded(arithmetic.log_roundings, arithmetic)
    unshifted = np.where(np.abs(top) < math.log(arithmetic.overflow), log_sum.value + top, 0.0)
    log_sum = log_sum.off_by(Estimate.rounding(unshifted, arithmetic.log_roundings, arithmetic))
    mass = y.sum(axis=-1, keepdims=True)
    distance = Estimate.exact(log_sum.value - x).off_by(u * np.abs(x)).rounded(1, arithmetic)
    own = total(distance.scaled(y).rounded(1, arithmetic), -1, arithmetic)
    shared = log_sum.through(log_sum.value, mass).mapped(lambda a: a[..., 0])
    inherited = z.through(z.value, exponentials / summed.value * mass - y)
    return own.with_error(
        shared.worst_case + inherited.worst_case.sum(axis=-1), shared.variance + inherited.variance.sum(axis=-1)
    )


def gradient(y: Floats, z: Estimate, arithmetic: Arithmetic) -> Estimate:
    """Return the gradient of the mean over samples with respect to z, its shape."""
    probability = Softmax().forward(z, arithmetic)
    mass = y.sum(axis=-1, keepdims=True)
    sizes, counts = np.abs(y).sum(axis=-1, keepdims=True), np.count_nonzero(y, axis=-1, keepdims=True)
    of_mass = accumulated(mass, sizes, counts.astype(np.float64), arithmetic)
    samples = z.value[..., 0].size
    weighed = probability.scaled(mass) + of_mass.through(np.zeros(z.shape), probability.value)
    difference = weighed.rounded(2, arithmetic) - Estimate.exact(y).rounded(1, arithmetic)
    left_out = np.abs(mass - 1) <= y.shape[-1] * arithmetic.unit_roundoff
    difference = difference.off_by_either(np.where(left_out, probability.value * (mass - 1), 0.0))
    return difference.scaled(1 / samples).rounded(MEAN_ROUNDINGS, arithmetic)


def slopes(y: Expression, z: Expression) -> tuple[Expression, ...]:
    """Return the gradient of the mean over samples by its own formula."""
    difference = Softmax().output(z) * tensors.total(y, -1, keepdims=True) - y
    return (tensors.divided(difference, float(z.value[..., 0].size)),)


def mean_loss(y: Expression, z: Expression) -> Expression:
    """Return the mean over samples, a scalar."""
    x = z - constant_shift(z)
    log_sum = log(tensors.total(exp(x), -1, keepdims=True))
    return tensors.mean_of_all(tensors.total(y * (log_sum - x), -1))
