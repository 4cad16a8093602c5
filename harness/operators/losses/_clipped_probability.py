"""Probabilities kept away from 0 and 1 before their logarithm is taken, as Keras does.

The bounds are constants of the working precision: float32(1 - 1e-7) is 1 - 2**-23, another bound than in float64.
The gradient passes the clip inside the bounds and exactly on them, as in TensorFlow.

The slopes of log c and 1 / c, which are 1 / c and 1 / c², grow fast next to 0: with an error e of c they are taken as
1 / (c - e) and 1 / (c (c - e)), the steepest secants, but with nothing below the bound instead of c - e.
"""

import numpy as np

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate, Floats
from harness.numerics.expressions import Expression, chosen
from harness.numerics.kinks import behind, curved

EPSILON = 1e-7


def clipped(p: Estimate, arithmetic: Arithmetic) -> Estimate:
    """Return the probabilities between the bounds, the shape of p."""
    lowest, highest = _bounds(arithmetic)
    value = np.clip(p.value, lowest, highest)
    return behind(p, value, np.abs(p.value - value))


def logarithm(c: Estimate, arithmetic: Arithmetic) -> Estimate:
    """Return the logarithm of clipped probabilities, or of one minus them, with its own error; the shape of c."""
    slope = curved(c, np.log(c.value), lambda reach: 1 / _least(c, reach, arithmetic))
    return slope.rounded(arithmetic.log_roundings, arithmetic)


def inverse(c: Estimate, arithmetic: Arithmetic) -> Estimate:
    """Return 1 / c of clipped probabilities, or of one minus them, before rounding; the shape of c."""
    return curved(c, 1 / c.value, lambda reach: 1 / (c.value * _least(c, reach, arithmetic)))


def passes(p: Estimate, arithmetic: Arithmetic) -> Floats:
    """Return 1 where the gradient passes and 0 elsewhere, the shape of p."""
    lowest, highest = _bounds(arithmetic)
    return ((p.value >= lowest) & (p.value <= highest)).astype(np.float64)


def distance_to_bound(p: Estimate, arithmetic: Arithmetic) -> Floats:
    """Return how far each probability is from the nearer bound, the shape of p."""
    lowest, highest = _bounds(arithmetic)
    distance: Floats = np.minimum(np.abs(p.value - lowest), np.abs(p.value - highest))
    return distance


def _least(c: Estimate, reach: Floats, arithmetic: Arithmetic) -> Floats:
    lowest, highest = _bounds(arithmetic)
    least: Floats = np.maximum(c.value - reach, min(lowest, 1 - highest))
    return least


def _bounds(arithmetic: Arithmetic) -> tuple[float, float]:
    return arithmetic.constant(EPSILON), arithmetic.constant(1 - EPSILON)


def kept_inside(p: Expression) -> Expression:
    """Return the probabilities between the bounds; the gradient passes inside them and exactly on them."""
    lowest, highest = _bounds(p.arithmetic)
    return chosen(p, p.value < lowest, lowest, chosen(p, p.value > highest, highest, p, highest), lowest)
