"""The complementary error function, which NumPy does not have.

Source: W. J. Cody, Rational Chebyshev approximations for the error function, Mathematics of Computation 23 (1969)
631-637, with the coefficients of his CALERF (netlib, specfun), whose error is below 6e-19 relative: what is left is the
rounding of the evaluation, a few units in the last place.
"""

import math
from collections.abc import Sequence

import numpy as np

from harness.cases.problem import Array

# Numerators and denominators, highest power first. Up to 0.46875, erf(x) = x * R(x²):
_NEAR_NUMERATOR = (
    1.85777706184603153e-1,
    3.16112374387056560e00,
    1.13864154151050156e02,
    3.77485237685302021e02,
    3.20937758913846947e03,
)
_NEAR_DENOMINATOR = (
    1.0,
    2.36012909523441209e01,
    2.44024637934444173e02,
    1.28261652607737228e03,
    2.84423683343917062e03,
)
# Up to 4, erfc(x) = exp(-x²) * R(x):
_MIDDLE_NUMERATOR = (
    2.15311535474403846e-8,
    5.64188496988670089e-1,
    8.88314979438837594e00,
    6.61191906371416295e01,
    2.98635138197400131e02,
    8.81952221241769090e02,
    1.71204761263407058e03,
    2.05107837782607147e03,
    1.23033935479799725e03,
)
_MIDDLE_DENOMINATOR = (
    1.0,
    1.57449261107098347e01,
    1.17693950891312499e02,
    5.37181101862009858e02,
    1.62138957456669019e03,
    3.29079923573345963e03,
    4.36261909014324716e03,
    3.43936767414372164e03,
    1.23033935480374942e03,
)
# Beyond, erfc(x) = exp(-x²) / x * (1/√π - R(1/x²) / x²):
_FAR_NUMERATOR = (
    1.63153871373020978e-2,
    3.05326634961232344e-1,
    3.60344899949804439e-1,
    1.25781726111229246e-1,
    1.60837851487422766e-2,
    6.58749161529837803e-4,
)
_FAR_DENOMINATOR = (
    1.0,
    2.56852019228982242e00,
    1.87295284992346725e00,
    5.27905102951428412e-1,
    6.05183413124413191e-2,
    2.33520497626869185e-3,
)
# exp(-x²) is 0 in float64 from 27.3 on; a larger x would only overflow its square.
_FARTHEST = 28.0


def erfc(x: Array) -> Array:
    """Return 1 - erf(x) element by element, the shape and format of x, without cancellation where x is large."""
    distance = np.minimum(np.abs(x), _FARTHEST)
    near = 1 - x * _near(np.minimum(distance, 0.46875))
    tail = _decay(distance) * np.where(distance <= 4, _middle(distance), _far(np.maximum(distance, 4)))
    return np.where(distance <= 0.46875, near, np.where(x > 0, tail, 2 - tail))


def _near(distance: Array) -> Array:
    square = distance * distance
    ratio: Array = _polynomial(_NEAR_NUMERATOR, square) / _polynomial(_NEAR_DENOMINATOR, square)
    return ratio


def _middle(distance: Array) -> Array:
    ratio: Array = _polynomial(_MIDDLE_NUMERATOR, distance) / _polynomial(_MIDDLE_DENOMINATOR, distance)
    return ratio


def _far(distance: Array) -> Array:
    inverse = 1 / (distance * distance)
    correction = inverse * _polynomial(_FAR_NUMERATOR, inverse) / _polynomial(_FAR_DENOMINATOR, inverse)
    ratio: Array = (1 / math.sqrt(math.pi) - correction) / distance
    return ratio


def _decay(distance: Array) -> Array:
    """Return exp(-distance²): the rounding of a square of 100 would cost exp a hundred units in the last place."""
    # A multiple of 1/16 has an exact square; the rest of distance² is small.
    exact = np.trunc(distance * 16) / 16
    decay: Array = np.exp(-exact * exact) * np.exp(-(distance - exact) * (distance + exact))
    return decay


def _polynomial(coefficients: Sequence[float], x: Array) -> Array:
    value = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        value = value * x + coefficient
    return value
