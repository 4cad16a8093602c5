"""The side of a kink at 0 that an activation's input was on.

The output knows it exactly where it was observed and has the input's sign; else the input tells, as well as it can.
"""

import numpy as np

from harness.numerics.estimate import Estimate, Factor, Floats
from harness.numerics.kinks import either_side, undecided


def telling(x: Estimate, y: Estimate) -> Estimate:
    """Return whichever of input and output tells the side by its sign, for a function that keeps it."""
    return y if y.is_exact else x


def unsure(dx: Estimate, tells: Estimate, difference: Factor) -> Estimate:
    """Return dx with the error that it may be ``difference`` away where the sign of ``tells`` is undecided."""
    return either_side(dx, tells, np.abs(tells.value), difference)


def kinked(x: Estimate, value: Floats, negative_slope: Floats | float) -> Estimate:
    """Return ``value``, of slope 1 above 0 and ``negative_slope`` below, with the steeper one where x is undecided."""
    if x.is_exact:
        return Estimate.exact(value)
    above = x.value > 0
    steeper = np.maximum(1.0, np.abs(negative_slope))
    in_worst_case, by_variance = undecided(x, np.abs(x.value))
    slope = np.where(above, 1.0, negative_slope)
    worst = x.through(value, np.where(in_worst_case, steeper, slope))
    likely = x.through(value, np.where(by_variance, steeper, slope))
    return Estimate(value, worst.worst_case, likely.variance)
