"""The third witness: a derivative of a scalar function of an array, from the function's values alone.

Richardson extrapolation of central differences (Ridders): with the step h falling by a factor r, the first column is
``D(h) = (f(x + h) - f(x - h)) / 2h``, off by a series in h²; each further column removes one power of it,
``T[i, j] = (r^(2j) T[i, j-1] - T[i-1, j-1]) / (r^(2j) - 1)``. The entry is taken whose error is the smallest: how far
it is from the two that it was made of, and what rounding makes of it, ``u |f| / h`` times the weights of the
extrapolation. Where the function has a kink within the largest step, the estimates do not agree before the steps are
smaller than the distance to it, which shows in the error. At a kink itself central differences agree on the mean of
the two slopes; what is left of ``(f(x + h) - 2 f(x) + f(x - h)) / 2h``, half the jump of the slope, at the step where
it is least, with its rounding, is added to the error unless it is rounding alone.

Sources: Ridders, Advances in Engineering Software 4 (1982) 75-76; Press et al., Numerical Recipes, section 5.7.
"""

from collections.abc import Callable

import numpy as np

from harness.numerics.estimate import Floats

Index = tuple[int, ...]

# From 0.1 down to 4e-10, where the second difference of a smooth function is less than its rounding.
RATIO = 2.0
STEPS = 29
COLUMNS = 6
# f(x + h) and f(x - h) are each off by a few roundings: how many is not known; a sum of n terms is off by about √n.
ROUNDINGS = 8.0


def derivative(
    f: Callable[[Floats], float], x: Floats, index: Index, largest_step: float | None = None
) -> tuple[float, float]:
    """Return the derivative of f with respect to one element of x, and an estimate of its error.

    Args:
        f: returns a number, computed in float64, for any array of the shape of x; it is called ``2 STEPS + 1`` times.
        x: float64, of any shape; not written into.
        index: of the element.
        largest_step: the first step; by default a tenth of the element's size, or 0.1 where that is larger.

    Returns:
        The value and its error. An infinite error where f is nowhere finite around x.
    """
    start = largest_step if largest_step is not None else max(0.1, 0.1 * abs(float(x[index])))
    here = float(f(x))
    best, error, kink = np.nan, np.inf, np.inf
    previous: list[float] = []
    for step in range(STEPS):
        h = _representable(float(x[index]), start / RATIO**step)
        above, below = float(f(_moved(x, index, h))), float(f(_moved(x, index, -h)))
        rounding = ROUNDINGS * 2.0**-53 * max(abs(here), abs(above), abs(below)) / h
        jump = abs(above - 2 * here + below) / (2 * h)
        kink = min(kink, jump + rounding if jump > rounding else 0.0)
        row = [(above - below) / (2 * h)]
        amplified = rounding
        for column in range(1, min(step, COLUMNS) + 1):
            power = RATIO ** (2 * column)
            row.append((power * row[-1] - previous[column - 1]) / (power - 1))
            amplified *= (power + 1) / (power - 1)
            distance = max(abs(row[-1] - row[-2]), abs(row[-1] - previous[column - 1]))
            if distance + amplified < error:
                best, error = row[-1], distance + amplified
        previous = row
    return best, error + kink


def _representable(x: float, h: float) -> float:
    """Return a step near h that x + h takes exactly, so that the step is what it is divided by."""
    return (x + h) - x or h


def _moved(x: Floats, index: Index, h: float) -> Floats:
    moved = np.array(x, dtype=np.float64)
    moved[index] += h
    return moved
