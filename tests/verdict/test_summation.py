"""Sums in any order: correct ones stay below the model, wrong ones do not, and what cannot round is exact."""

from fractions import Fraction

import numpy as np
import pytest

from harness.numerics import FLOAT32, FLOAT64, Arithmetic, Estimate
from harness.numerics.coherence import repeats
from harness.numerics.products import product
from harness.numerics.summation import FEW, accumulated, total

U = FLOAT32.unit_roundoff


def uniform(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)


def sequential(terms):
    return np.cumsum(terms, axis=0, dtype=np.float32)[-1]


ORDERS = {
    "first to last": sequential,
    "last to first": lambda terms: sequential(terms[::-1]),
    "pairwise": lambda terms: np.ascontiguousarray(terms.T).sum(axis=-1),
    "smallest first": lambda terms: sequential(np.take_along_axis(terms, np.abs(terms).argsort(0), 0)),
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("n", [2, 3, 5, 30, 1000])
def test_every_order_of_a_sum_stays_below_the_model(order, n):
    terms = uniform(n, 200, seed=n)
    estimate = total(Estimate.exact(terms), 0, FLOAT32)
    error = np.abs(ORDERS[order](terms) - estimate.value)
    assert (error <= estimate.worst_case).all()
    assert (error <= 6 * np.sqrt(estimate.variance)).all()


def test_a_sum_without_one_of_its_terms_is_above_the_model():
    terms = uniform(1000, 200)
    estimate = total(Estimate.exact(terms), 0, FLOAT32)
    error = np.abs(sequential(terms[1:]) - estimate.value)
    assert (error > 8 * np.sqrt(estimate.variance)).mean() > 0.95


def test_the_value_of_a_sum_is_right_to_its_last_digits():
    terms = uniform(1000, 1)
    exact = [Fraction(float(term)) for term in terms[:, 0]]
    value = Fraction(float(total(Estimate.exact(terms), 0, FLOAT32).value[0]))
    # Of any order of a sum in float64: Higham, chapter 4.
    assert abs(value - sum(exact)) <= len(exact) * Fraction(2) ** -53 * sum(map(abs, exact))


def test_the_worst_case_of_two_terms_is_one_rounding_of_their_sum():
    estimate = total(Estimate.exact(np.array([3.0, -2.0])), 0, FLOAT32)
    assert U <= estimate.worst_case <= U + 2 * FLOAT32.smallest_normal


def test_one_term_is_exact():
    assert total(Estimate.exact(uniform(1, 5)), 0, FLOAT32).is_exact


def test_zeros_add_up_exactly():
    assert total(Estimate.exact(np.zeros((50, 3))), 0, FLOAT32).is_exact
    assert product(Estimate.exact(np.zeros((4, 50))), Estimate.exact(uniform(50, 3)), FLOAT32).is_exact


def test_a_sum_inherits_the_errors_of_its_terms():
    terms = Estimate(np.ones(10), np.full(10, 2.0), np.full(10, 3.0))
    estimate = total(terms, 0, FLOAT32)
    own = total(Estimate.exact(np.ones(10)), 0, FLOAT32)
    assert estimate.worst_case == own.worst_case + 20
    assert estimate.variance == own.variance + 30


def test_axes_that_are_not_summed_keep_their_order():
    # Integers, whose sums are exact in any order.
    terms = np.arange(2.0 * 7 * 3 * 5).reshape(2, 7, 3, 5)
    assert (total(Estimate.exact(terms), (0, 2), FLOAT32).value == terms.sum(axis=(0, 2))).all()


@pytest.mark.parametrize("columns", [3, 600])
@pytest.mark.parametrize("n", [1, 4, 30, 1000])
def test_matrix_products_stay_below_the_model(n, columns):
    a, b, bias = uniform(40, n, seed=1), uniform(n, columns, seed=2), uniform(columns, seed=3)
    estimate = product(Estimate.exact(a), Estimate.exact(b), FLOAT32, Estimate.exact(bias))
    for got in (a @ b + bias, bias + sequential(a.T[:, :, None] * b[:, None, :])):
        error = np.abs(got - estimate.value)
        assert (error <= estimate.worst_case).all()
        assert (error <= 6 * np.sqrt(estimate.variance)).all()


@pytest.mark.parametrize("columns", [3, 600])
def test_a_product_in_half_precision_is_above_the_model(columns):
    a, b = uniform(40, 30, seed=1), uniform(30, columns, seed=2)
    estimate = product(Estimate.exact(a), Estimate.exact(b), FLOAT32)
    error = np.abs(a.astype(np.float16).astype(np.float32) @ b - estimate.value)
    assert (error > 8 * np.sqrt(estimate.variance)).mean() > 0.9


def test_bounded_sizes_are_above_computed_ones_and_not_by_much():
    a, b = Estimate.exact(uniform(40, 300, seed=1)), Estimate.exact(uniform(300, 3, seed=2))
    wide = Estimate.exact(np.tile(b.value, 200))
    computed, bounded = product(a, b, FLOAT32), product(a, wide, FLOAT32)
    # The same sums, maybe in another order: the model's worst case, in float64.
    assert (np.abs(bounded.value[:, :3] - computed.value) <= 2 * product(a, b, FLOAT64).worst_case).all()
    ratio = bounded.worst_case[:, :3] / computed.worst_case
    assert (ratio >= 1).all()
    assert (ratio < 1.6).all()


def test_factors_rounded_before_they_are_multiplied_are_covered_where_declared():
    short = Arithmetic("float32", U, 2.0**-126, 2.0**128, factor_roundoff=2.0**-11)
    a, b = uniform(40, 30, seed=1), uniform(30, 5, seed=2)
    got = a.astype(np.float16).astype(np.float32) @ b.astype(np.float16).astype(np.float32)
    estimate = product(Estimate.exact(a), Estimate.exact(b), short)
    assert (np.abs(got - estimate.value) <= estimate.worst_case).all()


def test_a_declared_gain_multiplies_the_error():
    gained = Arithmetic("float32", U, 2.0**-126, 2.0**128, product_gain=8.0)
    a, b = Estimate.exact(uniform(4, 30)), Estimate.exact(uniform(30, 5))
    assert (product(a, b, gained).worst_case == 8 * product(a, b, FLOAT32).worst_case).all()
    assert (product(a, b, gained).variance == 64 * product(a, b, FLOAT32).variance).all()


@pytest.mark.parametrize("n", [1000, 100_000])
def test_equal_terms_whose_roundings_repeat_stay_below_the_model(n):
    terms = np.full(n, 0.1, np.float32)
    estimate = total(Estimate.exact(terms), 0, FLOAT32)
    error = np.abs(sequential(terms) - estimate.value)
    assert error <= estimate.worst_case
    assert error <= 8 * np.sqrt(estimate.variance)


def test_terms_that_differ_and_agree_in_what_is_rounded_off_stay_below_the_model():
    # Every term is an odd multiple of 255, plus 1 / 7, over 85: the same fraction remains of each.
    multiples = np.random.default_rng(0).integers(2**20, 2**21, (2000, 20)) * 255
    terms = (multiples + 36.43) / (85 * 2.0**40)
    estimate = total(Estimate.exact(terms), 0, FLOAT64)
    exact = [float(sum(map(Fraction, column))) for column in terms.T]
    error = np.abs(np.cumsum(terms, axis=0)[-1] - exact)
    assert (error <= 8 * np.sqrt(estimate.variance)).all()


def test_a_part_of_equal_terms_among_random_ones_stays_below_the_model():
    terms = uniform(20_000, 3)
    terms[::3] = 0.7312
    estimate = total(Estimate.exact(terms), 0, FLOAT32)
    assert (np.abs(sequential(terms) - estimate.value) <= 8 * np.sqrt(estimate.variance)).all()


def test_random_numbers_do_not_repeat_and_digits_do():
    digits = np.arange(1.0, 1000.0) % 10
    assert repeats(1000, FLOAT32, uniform(1000)) == 0
    assert repeats(1000, FLOAT32, digits) > 0.8
    assert repeats(1000, FLOAT32, digits, uniform(1000)) == 0
    assert repeats(1000, FLOAT32, 1 + 1e-8 * uniform(1000).astype(float)) > 0.8


def test_a_sorted_sum_deviates_more_than_a_shuffled_one():
    shuffled = uniform(1000)
    estimates = [total(Estimate.exact(terms), 0, FLOAT32) for terms in (shuffled, np.sort(shuffled))]
    assert estimates[1].variance > 10 * estimates[0].variance


def test_accumulated_sums_of_one_term_are_exact_and_of_more_are_not():
    value = np.array([1.0, 1.0])
    assert accumulated(value, value, np.array([1.0, 1.0]), FLOAT32).is_exact
    of_few = accumulated(value, value, np.array([1.0, FEW]), FLOAT32).worst_case[1]
    assert (FEW - 1) * U <= of_few <= (FEW - 1) * (U + FLOAT32.smallest_normal)
