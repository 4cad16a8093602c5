"""Right programs at the edges of the format are not accused, and wrong ones there still are."""

import math

import numpy as np
import pytest

import impls.loops
import impls.vectorized
from harness import (
    Adam,
    BatchNormalization,
    Case,
    Conv2D,
    Gelu,
    GlobalMaxPooling2D,
    Layerwise,
    MaxPooling2D,
    Network,
    RMSprop,
    Softmax,
    make_problem,
)
from harness.implementation.contract import run
from harness.judging.judge import Subject, judge
from harness.numerics import FLOAT32, FLOAT64, Estimate
from harness.verdict.figures import figures, too_far
from harness.verdict.stages import Expected, Origin

(VECTORIZED,) = impls.vectorized.harness_implementations()
(LOOPS,) = impls.loops.harness_implementations()
RIGHT = {"vectorized": VECTORIZED.operators, "loops": LOOPS.operators}
ARITHMETIC = {"float32": FLOAT32, "float64": FLOAT64}


def verdict(got, estimate, arithmetic=FLOAT32):
    """What proves a mistake; empty where there is none."""
    return too_far(figures(np.asarray(got), Expected(estimate, Origin.ANCHORS), arithmetic), arithmetic)


@pytest.fixture(params=RIGHT)
def operators(request):
    return RIGHT[request.param]


def masked():
    x = np.array([[0.3, -np.inf, 1.2, 0.7], [2.0, 1.0, -np.inf, -1.0]], np.float32)
    return x, np.array([[1.0, 2.0, 3.0, -1.0], [-1.0, 0.5, 0.25, 2.0]], np.float32)


def test_a_softmax_of_masked_classes_passes(operators):
    x, dy = masked()
    y, cache = operators[Softmax].forward(Softmax(), x)
    assert verdict(y, Softmax().forward(Estimate.exact(x), FLOAT32)) == ""
    dx = operators[Softmax].backward(Softmax(), cache, dy)
    assert verdict(dx, Softmax().backward(*map(Estimate.exact, (x, y, dy)), FLOAT32)) == ""


def test_a_softmax_that_gives_masked_classes_a_share_fails(operators):
    x, _ = masked()
    y, _ = operators[Softmax].forward(Softmax(), np.where(np.isneginf(x), np.float32(-9.0), x))
    assert verdict(y, Softmax().forward(Estimate.exact(x), FLOAT32)) != ""


def constant_column(rows=3):
    layer = BatchNormalization()
    x = np.full((rows, 2), 123456.7, np.float32)
    ones = np.ones(2, np.float32)
    weights = {"gamma": ones, "beta": 0 * ones, "moving_mean": 0 * ones, "moving_variance": ones}
    # The same for all rows, as of a mean absolute error: what is left of it is the square of the mean's error.
    dy = np.full((rows, 2), np.float32(1 / 6))
    return layer, x, weights, dy


def expected_of_constant_column(layer, x, weights, dy):
    exact = {name: Estimate.exact(array) for name, array in weights.items()}
    _, cache = layer.forward(exact, Estimate.exact(x), FLOAT32)
    return layer.backward(exact, cache, Estimate.exact(dy), FLOAT32)[0]


@pytest.mark.parametrize("rows", [3, 7, 13])
def test_the_gradient_of_a_constant_column_passes(operators, rows):
    layer, x, weights, dy = constant_column(rows)
    _, cache = operators[BatchNormalization].forward(layer, weights, x)
    dx, _ = operators[BatchNormalization].backward(layer, weights, cache, dy)
    assert verdict(dx, expected_of_constant_column(layer, x, weights, dy)) == ""


def test_a_gradient_of_a_constant_column_that_forgets_the_mean_fails():
    layer, x, weights, dy = constant_column()
    # The inverse deviation is 1 / √ε: dx without the mean taken off is dy times that.
    assert verdict(dy / np.sqrt(np.float32(layer.epsilon)), expected_of_constant_column(layer, x, weights, dy)) != ""


HUGE = {"float32": 1e25, "float64": 1e200}
OPTIMIZERS = [Adam(), RMSprop(), RMSprop(centered=True, momentum=0.5)]


@pytest.mark.parametrize("dtype", HUGE)
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_a_square_that_overflows_accuses_nobody_then_or_later(operators, optimizer, dtype):
    arithmetic, slots, expected_slots = ARITHMETIC[dtype], {}, {}
    weight = np.array([1, 2, 3], dtype)
    for step in (1, 2, 3):
        gradient = np.array([HUGE[dtype] if step == 1 else 0.5, 1, -0.5], dtype)
        with np.errstate(all="ignore"):
            given = map(Estimate.exact, (weight, gradient))
            expected, expected_slots = optimizer.update(step, *given, expected_slots, arithmetic)
            weight, slots = operators[type(optimizer)].update(optimizer, step, weight, gradient, slots)
        assert verdict(weight, expected, arithmetic) == ""


@pytest.mark.parametrize("dtype", HUGE)
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_beside_a_square_that_overflows_the_other_elements_are_judged(operators, optimizer, dtype):
    weight, gradient = np.array([1, 2, 3], dtype), np.array([HUGE[dtype], 1, -0.5], dtype)
    with np.errstate(all="ignore"):
        given = map(Estimate.exact, (weight, gradient))
        expected, _ = optimizer.update(1, *given, {}, ARITHMETIC[dtype])
        after, _ = operators[type(optimizer)].update(optimizer, 1, weight, gradient, {})
    after = np.array(after)
    after[1] *= 1 + 2.0**-12
    assert verdict(after, expected, ARITHMETIC[dtype]) != ""


@pytest.mark.parametrize("layer", [MaxPooling2D(2), GlobalMaxPooling2D()], ids=str)
def test_a_maximum_with_a_nan_among_its_elements_is_nan_as_in_keras(operators, layer):
    x = np.arange(32, dtype=np.float32).reshape(1, 4, 4, 2)
    x[0, 1, 0, 0] = np.nan
    with np.errstate(invalid="ignore"):
        y, _ = operators[type(layer)].forward(layer, {}, x)
    y = y.reshape(-1, 2)
    assert np.isnan(y[0, 0])
    assert np.isfinite(y).sum() == y.size - 1


class GeluWithRoot:
    """gelu with another √2, as Keras has it in float32."""

    def __init__(self, root):
        self.root = root

    def forward(self, activation, x):
        return x * (1 + np.vectorize(math.erf)(x / self.root)) / 2, x

    def backward(self, activation, x, dy):
        density = np.exp(-np.square(x / self.root)) / (self.root * math.sqrt(math.pi))
        return dy * ((1 + np.vectorize(math.erf)(x / self.root)) / 2 + x * density)


def failing_with(root, seed):
    case = Case(Network((9, 8, 2), (Conv2D(3, 2, activation="gelu"),)), dtype="float64", seed=seed, batch_size=16)
    mine = Layerwise("mine", operators={**VECTORIZED.operators, Gelu: GeluWithRoot(root)})
    problem = make_problem(case)
    rows = judge(problem, Subject.of(mine, case), run(mine, problem)).rows
    return {row.observable.name for row in rows if row.failed}


def test_a_constant_in_float32_that_moves_all_elements_alike_accuses_nobody():
    for seed in range(40000, 40004):
        assert failing_with(float(np.float32(math.sqrt(2))), seed) == set()


def test_a_constant_that_is_further_off_fails():
    for seed in range(40000, 40004):
        assert "1/gradient/conv2d/bias" in failing_with(math.sqrt(2) * (1 + 1e-6), seed)
