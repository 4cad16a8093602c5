"""Expressions: derivatives, roundings, and what is kept apart and what adds up."""

import inspect
import math

import numpy as np
import pytest
from witnesses import slope_of, started, unlike_float32, wrong_gradients

from harness.numerics import FLOAT32, FLOAT64, Estimate, expressions
from harness.numerics.expressions import (
    SHARED,
    Elementwise,
    Expression,
    chosen,
    constant,
    erf,
    erfc,
    exp,
    expm1,
    given,
    gradients,
    log,
    log1p,
    magnitude,
    maximum,
    once,
    power,
    root,
    sigmoid,
    square,
    tanh,
    widest,
)
from harness.numerics.tensors import part


def around(low, high, size=400):
    return np.random.default_rng(3).uniform(low, high, size).astype(np.float32).astype(np.float64)


WIDE, POSITIVE, SHARE = around(-4, 4), around(0.1, 9), around(0.1, 0.9)


def in_single(function):
    return lambda x: np.array([function(each) for each in x.astype(np.float64)], np.float32)


# By name: the function, the same in float32, and where.
OF_ONE = {
    "exp": (exp, np.exp, WIDE),
    "expm1": (expm1, np.expm1, WIDE),
    "log": (log, np.log, POSITIVE),
    "log1p": (log1p, np.log1p, POSITIVE),
    "tanh": (tanh, np.tanh, WIDE),
    "sigmoid": (sigmoid, lambda x: 1 / (1 + np.exp(-x)), WIDE),
    "square": (square, np.square, WIDE),
    "root": (root, np.sqrt, POSITIVE),
    "power": (lambda x: power(x, 3), lambda x: x**3, SHARE),
    "erf": (erf, in_single(math.erf), WIDE),
    "erfc": (erfc, in_single(math.erfc), WIDE),
    "maximum": (lambda x: 0.3 * maximum(x, 0.5), lambda x: np.float32(0.3) * np.maximum(x, np.float32(0.5)), WIDE),
    "magnitude": (lambda x: 0.3 * magnitude(x), lambda x: np.float32(0.3) * np.abs(x), WIDE),
    "chosen": (
        lambda x: chosen(x, x.value > 1, square(x), 3.0 * x, 1.0),
        lambda x: np.where(x > 1, x * x, 3 * x),
        WIDE,
    ),
    "a constant added": (lambda x: x + 0.1, lambda x: x + np.float32(0.1), WIDE),
    "taken from a constant": (lambda x: 0.7 - x, lambda x: np.float32(0.7) - x, WIDE),
    "a constant divided": (lambda x: 0.7 / x, lambda x: np.float32(0.7) / x, POSITIVE),
    "negated": (lambda x: -(x * 0.3), lambda x: -(x * np.float32(0.3)), WIDE),
    "twice the same": (lambda x: x * sigmoid(x), lambda x: x / (1 + np.exp(-x)), WIDE),
    "cancelling": (lambda x: exp(x) - 1.0, lambda x: np.exp(x) - np.float32(1), 1e-2 * WIDE),
}
Y = np.random.default_rng(4).permutation(POSITIVE)
OF_TWO = {
    "sum": (lambda x, y: x + y, WIDE, Y),
    "difference": (lambda x, y: x - y, WIDE, Y),
    "product": (lambda x, y: x * y, WIDE, Y),
    "quotient": (lambda x, y: x / y, WIDE, Y),
    "both used twice": (lambda x, y: (x * y + x) / (y * y), WIDE, Y),
    "a product along new axes": (lambda x, y: x * y, WIDE[:12].reshape(4, 3), Y[:3]),
    "a quotient along new axes": (lambda x, y: x / y, WIDE[:12].reshape(4, 3), Y[:4].reshape(4, 1)),
    "a sum along new axes": (lambda x, y: x + y * y, Y[:3], WIDE[:12].reshape(4, 3)),
}
NO_FUNCTIONS = {"as_expression", "constant", "given", "gradients", "in_order", "once", "widest"}


def test_every_function_is_tested():
    functions = inspect.getmembers(expressions, inspect.isfunction)
    own = {name for name, each in functions if each.__module__ == expressions.__name__ and name[0] != "_"}
    assert own - NO_FUNCTIONS <= OF_ONE.keys()


@pytest.mark.parametrize(("function", "_", "x"), OF_ONE.values(), ids=OF_ONE.keys())
def test_each_derivative_and_its_derivative_are_those_of_finite_differences(function, _, x):
    assert wrong_gradients(function, [x[:40]]) == []
    assert wrong_gradients(slope_of(function), [x[:40]]) == []


@pytest.mark.parametrize(("function", "x", "y"), OF_TWO.values(), ids=OF_TWO.keys())
def test_each_derivative_with_respect_to_two_is_that_of_finite_differences(function, x, y):
    assert wrong_gradients(function, [x, y]) == []
    assert wrong_gradients(lambda x, y: square(function(x, y)), [x, y]) == []


def test_a_wrong_slope_is_found():
    def wrong_exp(x):
        return Elementwise(np.exp(x.value), (x,), (lambda: 1.001 * exp(x),), once)

    assert wrong_gradients(wrong_exp, [WIDE[:40]]) == [0]
    assert wrong_gradients(lambda y, x: y + wrong_exp(x), [WIDE[:40], WIDE[:40]]) == [1]


@pytest.mark.parametrize(("function", "in_float32", "x"), OF_ONE.values(), ids=OF_ONE.keys())
def test_the_error_is_that_of_float32(function, in_float32, x):
    assert unlike_float32(function, in_float32, [x]) == []


@pytest.mark.parametrize(("function", "x", "y"), OF_TWO.values(), ids=OF_TWO.keys())
def test_the_error_of_two_is_that_of_float32(function, x, y):
    # NumPy's arrays have the same operators.
    assert unlike_float32(function, function, [x, y]) == []


def test_an_error_of_another_size_is_found():
    def of_roundings(count):
        return lambda x: Elementwise(np.exp(x.value), (x,), (lambda: exp(x),), lambda arithmetic: count)

    assert "beyond the worst case" in unlike_float32(of_roundings(0.1), np.exp, [WIDE])
    assert unlike_float32(of_roundings(400.0), np.exp, [WIDE]) == ["too wide"]
    assert "beyond eight deviations" in unlike_float32(exp, lambda x: np.exp(x) * np.float32(1 + 2e-6), [WIDE])


@pytest.fixture
def noisy() -> Expression:
    """Numbers that are off by a thousandth of themselves."""
    return started([WIDE], FLOAT64, 1e-3)[0]


@pytest.fixture
def other() -> Expression:
    """The same, independently."""
    return started([WIDE], FLOAT64, 1e-3)[0]


def test_what_is_taken_from_itself_has_no_error(noisy, other):
    assert (noisy - noisy).estimate.is_exact
    apart = (noisy - other).estimate
    assert np.allclose(apart.worst_case, 2 * noisy.estimate.worst_case)
    assert np.allclose(apart.variance, 2 * noisy.estimate.variance)


def test_what_is_added_to_itself_is_off_twice(noisy, other):
    twice = (noisy + noisy).estimate
    assert np.allclose(twice.worst_case, 2 * noisy.estimate.worst_case)
    assert np.allclose(twice.variance, 4 * noisy.estimate.variance)
    assert np.allclose((noisy + other).estimate.variance, 2 * noisy.estimate.variance)


def test_a_product_with_a_function_of_itself_has_the_error_of_its_own_derivative(noisy, other):
    slope = slope_of(lambda x: x * sigmoid(x))(started([WIDE])[0]).value
    error = (noisy * sigmoid(noisy)).estimate
    assert np.allclose(error.worst_case, np.abs(slope) * noisy.estimate.worst_case, rtol=1e-9)
    # Taken apart, the two parts of the derivative cannot cancel.
    apart = (noisy * sigmoid(other)).estimate
    assert (apart.worst_case[WIDE < -0.1] > 1.01 * error.worst_case[WIDE < -0.1]).all()


def test_parts_of_one_inexact_number_are_dependent_and_their_deviations_add_up(noisy, other):
    first, second = slice(0, 200), slice(200, 400)
    deviations = [np.sqrt(noisy.estimate.variance[each]) for each in (first, second)]
    dependent = part(noisy, first) + part(noisy, second)
    assert np.allclose(dependent.estimate.variance, np.square(deviations[0] + deviations[1]))
    independent = part(noisy, first) + part(other, second)
    assert np.allclose(independent.estimate.variance, np.square(deviations[0]) + np.square(deviations[1]))


EXACT = {
    "a power of two": lambda x: 0.25 * x,
    "a quotient by one": lambda x: x / 8.0,
    "a mask": lambda x: constant((x.value > 0).astype(float)) * x,
    "zero": lambda x: x + 0.0,
    "one": lambda x: x * 1.0,
    "a sign": lambda x: -x,
    "a choice": lambda x: chosen(x, x.value > 0, -0.5 * x, 3.0),
}
ROUNDED = {
    "another factor": lambda x: 0.3 * x,
    "three": lambda x: 3.0 * x,
    "a quotient by three": lambda x: x / 3.0,
    "half of the elements": lambda x: constant(np.where(x.value > 0, 3.0, 2.0)) * x,
    "a sum": lambda x: x + 1.0,
    "a choice": lambda x: chosen(x, x.value > 0, x, 0.3 * x),
}


@pytest.mark.parametrize("function", EXACT.values(), ids=EXACT.keys())
def test_what_rounds_nothing_is_exact(function):
    x = started([WIDE], FLOAT32)[0]
    assert function(x).estimate.is_exact
    (dx,) = gradients(function(x), [x], given(Estimate.exact(WIDE), FLOAT32))
    assert dx.estimate.is_exact


@pytest.mark.parametrize("function", ROUNDED.values(), ids=ROUNDED.keys())
def test_what_rounds_is_not(function):
    assert not function(started([WIDE], FLOAT32)[0]).estimate.is_exact


def test_only_the_elements_that_round_have_an_error():
    worst_case = ROUNDED["half of the elements"](started([WIDE], FLOAT32)[0]).estimate.worst_case
    assert ((worst_case > 0) == (WIDE > 0)).all()


def test_a_constant_that_float32_holds_is_exact_and_another_is_a_choice():
    x = started([WIDE])[0]
    rounding = Estimate.rounding(0.1 * WIDE, 1.0, FLOAT64)
    kept = (constant(0.1, in_float32=True) * x).estimate
    # Keras's float32(0.1), in a computation in float64.
    assert np.allclose(kept.worst_case, np.abs(WIDE) * abs(float(np.float32(0.1)) - 0.1) + rounding, rtol=1e-5)
    assert np.allclose((constant(0.1) * x).estimate.worst_case, rounding, rtol=1e-9)
    held = (constant(0.375, in_float32=True) * x).estimate
    assert np.allclose(held.worst_case, Estimate.rounding(0.375 * WIDE, 1.0, FLOAT64), rtol=1e-9)


@pytest.mark.parametrize(("x", "reached"), [(1e-4, True), (-1e-4, True), (0.5, False), (-0.5, False)])
def test_near_a_kink_an_inexact_number_may_have_been_on_the_other_side(x, reached):
    at = given(Estimate.exact(np.array([x])).off_by(np.array([1e-3])), FLOAT64)
    step = chosen(at, at.value > 0, 2.0, 5.0).estimate
    assert step.value == (2.0 if x > 0 else 5.0)
    assert (step.worst_case >= 3.0) == (step.variance >= 9.0) == reached
    assert step.is_exact != reached
    # The slope may be that of the other side, too.
    (dx,) = gradients(maximum(at, 0.0), [at], given(Estimate.exact(np.array([7.0])), FLOAT64))
    assert (dx.estimate.worst_case >= 7.0) == reached


def test_an_exact_number_at_a_kink_is_on_its_own_side():
    x = started([np.array([0.0, 1e-300, -1e-300])])[0]
    assert chosen(x, x.value > 0, 2.0, 5.0).estimate.is_exact


def test_the_other_branch_brings_its_own_error(noisy):
    near = given(Estimate.exact(np.full(WIDE.shape, 1e-4)).off_by(np.full(WIDE.shape, 1e-3)), FLOAT64)
    worst_case = chosen(near, near.value > 0, 0.0, noisy).estimate.worst_case
    assert (worst_case >= np.abs(noisy.value) + noisy.estimate.worst_case).all()


def test_an_error_that_many_elements_share_counts_with_twice_its_deviation(noisy):
    exact = started([WIDE])[0]
    scale = started([np.array([2.0])], FLOAT64, 1e-3)[0]
    shared, each = (scale * exact).estimate, (started([np.full(WIDE.shape, 2.0)], FLOAT64, 1e-3)[0] * exact).estimate
    assert np.allclose(shared.worst_case, each.worst_case)
    assert np.allclose(shared.variance, SHARED * each.variance)


def test_the_widest_error_of_all_and_the_first_value_count():
    one = Estimate(np.array([1.0, 2.0]), np.array([0.1, 0.4]), np.array([0.01, 0.1]))
    two = Estimate(np.array([1.5, 2.5]), np.array([0.2, 0.3]), np.array([0.02, 0.05]))
    found = widest([one, two])
    assert (found.value == one.value).all()
    assert found.worst_case.tolist() == [0.2, 0.4]
    assert found.variance.tolist() == [0.02, 0.1]


def test_what_an_expression_does_not_depend_on_has_no_gradient(noisy, other):
    used, unused = gradients(square(noisy), [noisy, other], constant(np.ones(WIDE.shape)))
    assert np.allclose(used.value, 2 * WIDE)
    assert not unused.value.any()
    assert unused.shape == WIDE.shape


def test_long_expressions_need_no_recursion():
    x = started([np.array([1.0])])[0]
    y = x
    for _ in range(1500):
        y = y * 1.5 - 0.5
    assert y.value == 1
    assert gradients(x + y * 0.0, [x], constant(np.ones(1)))[0].value == 1
