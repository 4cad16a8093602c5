"""Quotients and roots by IEEE 754, an infinity or NaN where Python raises an exception."""

import math


def quotient(numerator: float, denominator: float) -> float:
    """Return numerator / denominator; by a zero it is infinite, or NaN for 0 / 0."""
    if denominator == 0:
        return numerator * math.copysign(math.inf, denominator)
    return numerator / denominator


def root(square: float) -> float:
    """Return the square root, NaN for a negative number."""
    return math.sqrt(square) if square >= 0 else math.nan
