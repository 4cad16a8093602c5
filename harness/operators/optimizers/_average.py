"""A moving average m' = b m + (1 - b) a, and the root and inverse root that Adam and RMSprop take of one.

Units: u is the unit roundoff, c(b) how far b is off in float32.

Computed as it stands, each product is rounded once, with its constant twice; as m + (1 - b)(a - m), the difference and
the product are. Two roundings of max(b, 1 - b) |m| + (1 - b) |a| and one of m' cover both. With b in float32 the
factors shift by c(b): c(b) (|m| + |a|), besides b times the shift of m.

Roots are not linear next to 0: an error e of v moves √v by at most e / (√v + √(v - e)), or √(v + e) where e is larger
than v; and 1/√v by that over √v √(v - e).

Source: Higham, Accuracy and Stability of Numerical Algorithms, section 3.1.
"""

import numpy as np

from harness.numerics.arithmetic import Arithmetic, float32_constant_error
from harness.numerics.estimate import REACH, Estimate, Floats
from harness.numerics.expressions import Expression, constant

PRODUCT_ROUNDINGS = 2
# An inverse root whose argument may be 0 has no bound: the argument is taken as a thousandth of itself at least.
LEAST_SHARE = 1e-3


def averaged(rate: float, mean: Estimate, sample: Estimate, arithmetic: Arithmetic) -> Estimate:
    """Return the average after the sample, of one shape with both."""
    inherited = mean.scaled(rate) + sample.scaled(1 - rate)
    products = max(rate, 1 - rate) * np.abs(mean.value) + (1 - rate) * np.abs(sample.value)
    rounded = inherited.off_by(Estimate.rounding(products, PRODUCT_ROUNDINGS, arithmetic))
    return rounded.rounded(1, arithmetic)


def shifted(rate: float, shift: Floats, mean: Estimate, sample: Estimate) -> Floats:
    """Return the shift of the average after the sample, its shape."""
    moved: Floats = rate * shift + float32_constant_error(rate) * (np.abs(mean.value) + np.abs(sample.value))
    return moved


def root(v: Estimate) -> Estimate:
    """Return √v, before rounding, of an average of squares."""
    value = np.sqrt(v.value)
    likely = root_error(v.value, REACH * np.sqrt(v.variance)) / REACH
    return Estimate(value, root_error(v.value, v.worst_case), np.square(likely))


def root_error(v: Floats, error: Floats) -> Floats:
    """Return how far √v may move if v moves by ``error`` but not below 0."""
    small = error < v
    both = np.sqrt(v) + np.sqrt(np.maximum(v - error, 0))
    moved: Floats = np.where(small, error / np.where(small, both, 1.0), np.sqrt(np.maximum(v, 0) + error))
    return moved


def inverse_root(v: Estimate) -> Estimate:
    """Return 1 / √v, before rounding."""
    likely = inverse_root_error(v.value, REACH * np.sqrt(v.variance)) / REACH
    return Estimate(1 / np.sqrt(v.value), inverse_root_error(v.value, v.worst_case), np.square(likely))


def inverse_root_error(v: Floats, error: Floats) -> Floats:
    """Return how far 1 / √v may move if v moves by ``error``."""
    upper, lower = np.sqrt(v), np.sqrt(np.maximum(v - error, LEAST_SHARE * v))
    moved: Floats = error / ((upper + lower) * upper * lower)
    return moved


def beyond_the_format(weight: Estimate, *squares: Estimate, arithmetic: Arithmetic) -> Estimate:
    """Return a parameter of which nothing is known where a square on the way to it overflows the format.

    Whoever divides by an infinite root takes no step, and whoever averages infinities has no number.
    """
    largest = [np.abs(square.value) + square.worst_case for square in squares]
    lost = np.logical_or.reduce([~(size < arithmetic.overflow) for size in largest])
    if not lost.any():
        return weight
    value = np.where(lost & ~np.isfinite(weight.value), 0.0, weight.value)
    return Estimate(value, np.where(lost, np.inf, weight.worst_case), np.where(lost, np.inf, weight.variance))


def averaged_expression(rate: float, mean: Expression, sample: Expression) -> Expression:
    """Return the average after the sample."""
    return in_float32(rate) * mean + (1.0 - in_float32(rate)) * sample


def in_float32(value: float) -> Expression:
    """Return a constant that Keras keeps in float32 in either format."""
    return constant(value, in_float32=True)
