"""What makes the verdict cheap changes no number: shared inputs, blocks, bounds put together, figures left out."""

import dataclasses

import numpy as np
import pytest

from harness.cases.case import Case
from harness.cases.network import Network
from harness.cases.problem import jittered, make_problem
from harness.errors import HarnessError
from harness.implementation.contract import run
from harness.judging.judge import Subject, judge
from harness.numerics import FLOAT32, FLOAT64, Estimate
from harness.numerics.products import product
from harness.numerics.summation import total, total_of_rounded
from harness.operators.layers import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    GlobalMaxPooling2D,
    MaxPooling2D,
)
from harness.operators.losses import MeanSquaredError
from harness.operators.optimizers import SGD
from harness.verdict.expected import ExpectedValues, Inputs, end_to_end, local
from harness.verdict.figures import figures, largest_t
from harness.verdict.stages import Expected, Origin
from impls.loops import harness_implementations as loops_implementations
from impls.vectorized import harness_implementations as vectorized_implementations

(LOOPS,), (VECTORIZED,) = loops_implementations(), vectorized_implementations()

NETWORK = Network((7, 6, 2), (Conv2D(3, 3, activation="relu"), BatchNormalization(), Flatten(), Dense(2)))


def case(steps=2):
    return Case(NETWORK, MeanSquaredError(), SGD(0.125, 0.5), batch_size=3, steps=steps)


@pytest.mark.parametrize("steps", [1, 3])
def test_inputs_that_serve_two_implementations_change_no_row(steps):
    problem = make_problem(case(steps))
    inputs = Inputs(problem, FLOAT32)
    for implementation in (LOOPS, VECTORIZED):
        subject, trace = Subject.of(implementation, problem.case), run(implementation, problem)
        assert judge(problem, subject, trace, inputs=inputs).rows == judge(problem, subject, trace).rows


def test_with_inputs_that_have_served_a_trace_of_another_input_still_fails():
    problem = make_problem(case())
    inputs = Inputs(problem, FLOAT32)
    subject = Subject.of(VECTORIZED, problem.case)
    right, other = run(VECTORIZED, problem), run(VECTORIZED, jittered(problem, 1))
    assert all(row.passed for row in judge(problem, subject, right, inputs=inputs).rows)
    rows = judge(problem, subject, other, inputs=inputs).rows
    assert rows == judge(problem, subject, other).rows
    assert any(row.failed for row in rows)


def test_inputs_of_another_problem_or_arithmetic_are_refused():
    problem = make_problem(case())
    subject, trace = Subject.of(VECTORIZED, problem.case), run(VECTORIZED, problem)
    for inputs in (Inputs(jittered(problem, 1), FLOAT32), Inputs(problem, FLOAT64)):
        with pytest.raises(HarnessError, match="inputs"):
            judge(problem, subject, trace, inputs=inputs)


def test_both_walks_together_give_what_each_gives_alone():
    problem = make_problem(case(3))
    shown = run(VECTORIZED, problem).observables
    values = ExpectedValues(Inputs(problem, FLOAT32), shown)
    for together, alone in ((values.local(), local), (values.end_to_end(), end_to_end)):
        expected = alone(problem, shown, FLOAT32)
        assert together.keys() == expected.keys()
        for name, found in together.items():
            assert found.origin is expected[name].origin
            for part in ("value", "worst_case", "variance"):
                assert np.array_equal(getattr(found.estimate, part), getattr(expected[name].estimate, part)), name


def test_what_follows_from_the_inputs_is_not_taken_for_a_trace_that_is_not_finite():
    problem = make_problem(case(1))
    shown = dict(run(VECTORIZED, problem).observables)
    shown["1/forward/conv2d"] = np.full_like(shown["1/forward/conv2d"], np.nan)
    origins = {name: found.origin for name, found in end_to_end(problem, shown, FLOAT32).items()}
    assert origins["1/forward/batch_normalization"] is Origin.BLIND
    assert origins["1/forward/conv2d"] is Origin.ANCHORS


@pytest.mark.parametrize(
    "layer",
    [AveragePooling2D(2), AveragePooling2D(3, strides=2, padding="same"), MaxPooling2D(2), MaxPooling2D(3, strides=2)],
    ids=str,
)
@pytest.mark.parametrize("error", [0.0, 2.0**-23])
def test_a_large_batch_has_the_errors_of_its_images(layer, error):
    random = np.random.default_rng(5)
    x = Estimate.exact(different_integers(random, (9, 32, 32, 8))).off_by(error)
    dy = Estimate.exact(different_integers(random, (9, *layer.output_shape((32, 32, 8))))).off_by(error)
    y, cache = layer.forward({}, x, FLOAT32)
    dx, _ = layer.backward({}, cache, dy, FLOAT32)
    for image in range(9):
        one = slice(image, image + 1)
        own, own_cache = layer.forward({}, x[one], FLOAT32)
        own_dx, _ = layer.backward({}, own_cache, dy[one], FLOAT32)
        for whole, single in ((y, own), (dx, own_dx)):
            for part in ("value", "worst_case", "variance"):
                np.testing.assert_array_equal(getattr(whole, part)[one], getattr(single, part))


def different_integers(random, shape):
    """Return integers of which none repeats another: sums of them, and of their squares, are not rounded."""
    return (random.permutation(np.prod(shape)) - np.prod(shape) // 2).reshape(shape).astype(float)


def test_a_large_product_has_the_errors_of_its_rows_bounded_from_above():
    random = np.random.default_rng(6)
    a, b = (Estimate.exact(random.integers(-8, 9, size=size).astype(float)) for size in ((600, 40), (40, 50)))
    whole = product(a, b, FLOAT32)
    np.testing.assert_array_equal(whole.value, a.value @ b.value)
    few = product(a[:100], b, FLOAT32)
    assert (whole.worst_case[:100] >= few.worst_case).all()
    # n u Σ|a||b|, where the sum is at most the product of the lengths (Cauchy and Schwarz).
    of_a, of_b = np.linalg.norm(a.value[:100], axis=1), np.linalg.norm(b.value, axis=0)
    longest = 40 * FLOAT32.unit_roundoff * np.outer(of_a, of_b)
    # Both sides take two roots and a few products of them.
    assert (whole.worst_case[:100] <= longest * (1 + 16 * FLOAT64.unit_roundoff)).all()


@pytest.mark.parametrize("n", [1, 2, 4, 5, 100])
def test_a_sum_of_rounded_terms_is_that_of_terms_with_their_errors(n):
    # Of small integers neither sums nor sums of squares are rounded, and a third of 3 squared is an integer.
    terms = np.random.default_rng(7).integers(-8, 9, size=(n, 3, 2)).astype(float)
    terms[0, 0] = 0.0
    short, long = total_of_rounded(terms, 3, FLOAT32), total(Estimate.exact(terms).rounded(3, FLOAT32), 0, FLOAT32)
    for part in ("value", "worst_case", "variance"):
        np.testing.assert_array_equal(getattr(short, part), getattr(long, part))


@pytest.mark.parametrize("origin", [Origin.ANCHORS, Origin.ESTIMATES])
@pytest.mark.parametrize("got", [[1.0, 2.5, 0.0], [1.0, np.nan, 0.0], [1.0, np.inf, 0.0], [1.0, 2.0, 2.0**-30]])
def test_t_alone_is_the_t_among_the_figures(origin, got):
    value = np.array([1.0, 2.0, 0.0])
    expected = Expected(
        Estimate(value, np.array([2.0**-10, 2.0**-9, 0.0]), np.array([2.0**-26, 2.0**-26, 0.0])), origin
    )
    assert largest_t(np.array(got), expected, FLOAT32) == figures(np.array(got), expected, FLOAT32).t


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_sums_of_a_few_elements_do_not_change_with_the_arrays_they_came_from(size):
    problem = make_problem(Case(Network((1, 1, 2), (BatchNormalization(),)), batch_size=size))
    for implementation in (LOOPS, VECTORIZED):
        rows = judge(problem, Subject.of(implementation, problem.case), run(implementation, problem)).rows
        assert not [row.reason for row in rows if row.failed]


def test_a_case_without_any_error_is_exact_throughout():
    problem = make_problem(Case(Network((4, 4, 1), (GlobalMaxPooling2D(),)), batch_size=2))
    shown = run(VECTORIZED, problem).observables
    assert local(problem, shown, FLOAT32)["1/forward/global_max_pooling2d"].estimate.is_exact


def test_a_missing_observable_is_told_with_shared_inputs_too():
    problem = make_problem(case(1))
    trace = run(VECTORIZED, problem)
    shown = {name: array for name, array in trace.observables.items() if name != "1/loss"}
    missing = dataclasses.replace(trace, observables=shown)
    rows = judge(problem, Subject.of(VECTORIZED, problem.case), missing, inputs=Inputs(problem, FLOAT32)).rows
    assert {row.observable.name: row.verdict for row in rows}["1/loss"] == "missing"
