"""Finite differences are a witness only if their own error is known."""

import numpy as np
import pytest

from harness.numerics.finite_differences import derivative

# What a one-sided difference is off by at best, the root of the roundoff (Numerical Recipes, section 5.7).
ONE_SIDED = 2.0**-26

POINTS = np.array([0.3, -1.2, 5.0, 0.0, 1e-3])
FUNCTIONS = {
    "exp": (np.exp, np.exp),
    "sine": (lambda x: np.sin(3 * x), lambda x: 3 * np.cos(3 * x)),
    "tanh": (np.tanh, lambda x: 1 / np.cosh(x) ** 2),
    "fourth power": (lambda x: x**4, lambda x: 4 * x**3),
}


@pytest.mark.parametrize("place", range(len(POINTS)))
@pytest.mark.parametrize(("function", "slope"), FUNCTIONS.values(), ids=FUNCTIONS.keys())
def test_the_derivative_is_right_within_its_own_error(function, slope, place):
    value, error = derivative(lambda x: float(function(x).sum()), POINTS, (place,))
    right = float(slope(POINTS)[place])
    assert abs(value - right) <= error
    assert error < ONE_SIDED * max(1, abs(right))


@pytest.mark.parametrize("distance", [2.0**-3, 2.0**-10, 2.0**-17])
def test_a_near_kink_is_seen_in_the_error_and_not_in_the_value(distance):
    value, error = derivative(lambda x: float(np.abs(x).sum()), np.array([[-distance]]), (0, 0))
    # At the kink itself it would be 1, half the jump of the slope.
    assert abs(value + 1) <= error < ONE_SIDED


@pytest.mark.parametrize("offset", [0.0, 1.0, 100.0])
def test_at_a_kink_the_error_covers_both_slopes(offset):
    value, error = derivative(lambda x: offset + float(np.maximum(x, 0).sum()), np.array([0.0]), (0,))
    assert value - error <= 0 < 1 <= value + error


def test_a_jump_has_no_derivative():
    _, error = derivative(lambda x: float((x > 0).sum()), np.array([0.0]), (0,))
    assert error > 1


def test_a_function_without_finite_values_has_an_infinite_error():
    value, error = derivative(lambda x: float("nan"), np.array([1.0]), (0,))
    assert np.isnan(value)
    assert error == np.inf


def test_the_array_is_not_written_into():
    x = np.array([1.0, 2.0])
    x.flags.writeable = False
    derivative(lambda given: float(given.sum()), x, (0,))
