"""The mean of a loss's terms.

Whatever the order (Keras first takes the mean over the last axis, then over samples), every term goes through at most
one division after each of two sums: 4 roundings of the mean of the terms' sizes, on top of the sum's own error.
"""

import numpy as np

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.numerics.summation import total

DIVISION_ROUNDINGS = 4


def mean(terms: Estimate, arithmetic: Arithmetic) -> Estimate:
    """Return the mean over all elements, a scalar of shape ``()``."""
    flat = terms.mapped(np.ravel)
    size = np.asarray(np.mean(np.abs(flat.value)))
    average = total(flat, -1, arithmetic).scaled(1 / flat.value.size)
    return average.off_by(Estimate.rounding(size, DIVISION_ROUNDINGS, arithmetic))
