"""Figures of an observable and what they prove."""

import math

import numpy as np
import pytest

from harness.numerics import FLOAT32, FLOAT64, Estimate
from harness.verdict.expected import Expected, Origin
from harness.verdict.figures import LARGEST_DETECTABLE, SIGMAS, figures, rms_limit, tolerance, too_far


def expected(value, worst_case, variance, origin=Origin.ANCHORS):
    value = np.asarray(value, float)
    return Expected(Estimate(value, np.full(value.shape, worst_case), np.full(value.shape, variance)), origin)


def judged(got, want, arithmetic=FLOAT32):
    return too_far(figures(np.asarray(got), want, arithmetic), arithmetic)


def test_figures_are_those_of_the_worst_element():
    found = figures(np.array([1.0, 2.5, 3.0]), expected([1.0, 2.0, 3.0], worst_case=2.0, variance=0.0625), FLOAT32)
    assert (found.index, found.expected, found.got, found.error) == ((1,), 2.0, 2.5, 0.5)
    assert (found.t, found.bound) == (2.0, 0.25)
    assert found.rms == pytest.approx(2 / math.sqrt(3))
    assert found.smallest_detectable == pytest.approx(8 * 0.25 / math.sqrt(14 / 3))


def test_more_than_eight_deviations_fail_and_eight_pass():
    want = expected(np.arange(100.0), worst_case=100.0, variance=1.0)
    for error, fails in ((SIGMAS, False), (SIGMAS + 0.01, True)):
        got = np.arange(100.0)
        got[7] += error
        assert bool(judged(got, want)) is fails


def test_more_than_the_worst_case_fails_and_twice_as_much_in_float64():
    want = expected([1.0, 2.0], worst_case=1.0, variance=1.0)
    assert not judged([2.0, 2.0], want)
    assert "bound" in judged([2.1, 2.0], want)
    assert not judged([3.0, 2.0], want, FLOAT64)
    assert "bound" in judged([3.1, 2.0], want, FLOAT64)


def test_many_elements_that_are_all_somewhat_off_fail():
    value = np.arange(10_000.0)
    want = expected(value, worst_case=100.0, variance=1.0)
    assert "rms" in judged(value + 2, want)
    assert not judged(value + 1.5, want)


def test_elements_of_one_value_count_as_one_error():
    value = np.ones(10_000)
    want = expected(value, worst_case=100.0, variance=1.0)
    assert not judged(value + 2, want)
    assert rms_limit(1) == SIGMAS


def test_a_stage_without_rounding_must_be_equal_to_the_bit():
    want = expected([1.0, -0.0, 3.0], worst_case=0.0, variance=0.0)
    assert not judged([1.0, 0.0, 3.0], want)
    assert judged([np.nextafter(np.float32(1), np.float32(2)), 0.0, 3.0], want)


def test_the_worst_case_stands_in_for_a_variance_that_underflows():
    want = expected([1e-200], worst_case=1e-216, variance=0.0)
    assert not judged([1e-200 + 5e-217], want)
    assert judged([1e-200 + 9e-216], want)


def test_nan_must_meet_nan_and_an_infinity_the_same():
    want = expected([np.nan, np.inf, -np.inf], worst_case=1.0, variance=1.0)
    assert not judged([np.nan, np.inf, -np.inf], want)
    assert "2 of 3 elements" in judged([np.nan, -np.inf, 3.0], want)
    assert "1 of 1 elements" in judged([np.nan], expected([1.0], worst_case=1.0, variance=1.0))


def test_an_error_that_is_not_a_number_excuses_nothing():
    assert judged([1.5], expected([1.0], worst_case=np.nan, variance=np.nan))


def test_an_infinity_is_excused_where_the_stage_overflows_and_nowhere_else():
    assert not judged([np.inf], expected([2.0**128], worst_case=2.0**104, variance=2.0**206))
    assert judged([np.inf], expected([2.0**100], worst_case=2.0**70, variance=2.0**140))


def test_errors_that_may_not_be_independent_are_given_the_worst_case():
    value = np.arange(100.0)
    for origin, fails in ((Origin.ANCHORS, True), (Origin.ESTIMATES, False)):
        assert bool(judged(value + 10, expected(value, worst_case=100.0, variance=1.0, origin=origin))) is fails
    assert not judged(value + 99, expected(value, worst_case=100.0, variance=1.0, origin=Origin.ESTIMATES))
    assert judged(value + 101, expected(value, worst_case=100.0, variance=1.0, origin=Origin.ESTIMATES))


def test_nothing_is_said_about_what_comes_of_values_that_are_not_finite():
    want = expected([1.0], worst_case=0.0, variance=0.0, origin=Origin.BLIND)
    found = figures(np.array([np.nan]), want, FLOAT32)
    assert not too_far(found, FLOAT32)
    assert "not finite" in found.untrusted


def test_a_row_that_could_not_see_an_error_is_not_trusted():
    value = np.ones(100)
    seen, unseen = (expected(value, 1e-5, (LARGEST_DETECTABLE / part) ** 2) for part in (9, 7))
    assert not figures(value, seen, FLOAT32).untrusted
    assert "would not be seen" in figures(value, unseen, FLOAT32).untrusted


def test_a_row_of_zeros_is_not_trusted():
    mostly = np.zeros(100)
    mostly[:9] = 1.0
    assert "are 0" in figures(mostly, expected(mostly, 0.0, 0.0), FLOAT32).untrusted
    mostly[:10] = 1.0
    assert not figures(mostly, expected(mostly, 0.0, 0.0), FLOAT32).untrusted


@pytest.mark.parametrize(
    ("off", "worst_case", "variance"),
    [
        pytest.param([0, 5, 0, 1], 100.0, 1.0, id="t"),
        pytest.param([0, 0.25, 0, 0.125], 0.5, 1.0, id="bound"),
        pytest.param([2, -2, 2, -2], 100.0, 1.0, id="rms"),
    ],
)
def test_the_tolerance_is_the_error_at_which_the_verdict_turns(off, worst_case, variance):
    value, off = np.arange(1.0, 5.0), np.array(off, float)
    want = expected(value, worst_case, variance)
    found = figures(value + off, want, FLOAT32)
    allowed = tolerance(found, FLOAT32)
    scaled = off / found.error * allowed
    assert not judged(value + 0.999 * scaled, want)
    assert judged(value + 1.001 * scaled, want)


def test_without_an_error_the_tolerance_is_what_the_element_may_differ_by_itself():
    for worst_case, variance, arithmetic, allowed in (
        (100.0, 1.0, FLOAT32, 8.0),
        (0.5, 1.0, FLOAT32, 0.5),
        (0.5, 1.0, FLOAT64, 1.0),
    ):
        assert (
            tolerance(figures(np.ones(3), expected(np.ones(3), worst_case, variance), arithmetic), arithmetic)
            == allowed
        )


def test_the_tolerance_is_zero_where_nothing_is_rounded_and_unknown_where_nothing_is_judged():
    exact = expected([1.0, 2.0], worst_case=0.0, variance=0.0)
    assert tolerance(figures(np.array([1.0, 2.5]), exact, FLOAT32), FLOAT32) == 0.0
    blind = expected([1.0, 2.0], worst_case=1.0, variance=1.0, origin=Origin.BLIND)
    assert tolerance(figures(np.array([1.0, 2.5]), blind, FLOAT32), FLOAT32) is None


def test_an_element_that_is_not_finite_has_the_tolerance_of_a_finite_one():
    want = expected([1.0, 2.0], worst_case=100.0, variance=1.0)
    assert tolerance(figures(np.array([1.0, np.nan]), want, FLOAT32), FLOAT32) == 8.0
