"""Kinks and bends: what an error of the input does where the function is not straight within that error.

An exact input decides by itself. An inexact one that lies closer to the kink than its error reaches may have been on
either side; the result is then one of two values, in the worst case and, by REACH standard deviations, in the variance.
Where a function bends within the reach, its steepest slope there counts.
"""

from collections.abc import Callable

import numpy as np

from harness.numerics.estimate import Estimate, Factor, Flags, Floats


def undecided(x: Estimate, distance: Floats) -> tuple[Flags, Flags]:
    """Return where a kink at ``distance`` (0 or more) from x is within its error, in the worst case and by variance.

    A distance of 0 to the wanted side means that the element takes part anyway; it is undecided only with an error.
    """
    worst, likely = x.reach
    return (distance <= worst) & (worst > 0), (distance <= likely) & (likely > 0)


def either_side(y: Estimate, x: Estimate, distance: Floats, difference: Factor) -> Estimate:
    """Return y with the error that it may be the value behind the kink, ``difference`` away, where x is undecided."""
    if x.is_exact:
        return y
    in_worst_case, by_variance = undecided(x, distance)
    worst = y.off_by_either(np.where(in_worst_case, difference, 0.0))
    likely = y.off_by_either(np.where(by_variance, difference, 0.0))
    return Estimate(y.value, worst.worst_case, likely.variance)


def curved(x: Estimate, value: Floats, slope: Callable[[Floats], Floats]) -> Estimate:
    """Return ``value``, a function of x, with the error that it inherits.

    Args:
        x: the input.
        value: the function at x, the shape of x.
        slope: given how far x may be off, the steepest slope of the function between there and x.
    """
    if x.is_exact:
        return Estimate.exact(value)
    worst, likely = x.reach
    return Estimate(value, np.abs(slope(worst)) * x.worst_case, np.square(slope(likely)) * x.variance)


def behind(x: Estimate, value: Floats, distance: Floats) -> Estimate:
    """Return ``value``, which follows x with slope 1 up to ``distance`` from where x is and is constant elsewhere.

    For a clip: the distance is 0 inside the bounds and how far x is outside them elsewhere.
    """
    if x.is_exact:
        return Estimate.exact(value)
    worst, likely = x.reach
    return Estimate(
        value, np.where(distance <= worst, x.worst_case, 0.0), np.where(distance <= likely, x.variance, 0.0)
    )
