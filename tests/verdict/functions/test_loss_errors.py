"""Losses: what is right passes however it is computed, what is wrong by one rule fails."""

import numpy as np
import pytest

from harness.numerics import Estimate
from harness.operators.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Huber,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)

BINARY, BINARY_LOGITS = BinaryCrossentropy(), BinaryCrossentropy(from_logits=True)
CATEGORICAL, CATEGORICAL_LOGITS = CategoricalCrossentropy(), CategoricalCrossentropy(from_logits=True)
SPARSE, SPARSE_LOGITS = SparseCategoricalCrossentropy(), SparseCategoricalCrossentropy(from_logits=True)
REGRESSION = (MeanSquaredError(), MeanAbsoluteError(), Huber(), Huber(delta=0.3))
ALL = (*REGRESSION, BINARY, BINARY_LOGITS, CATEGORICAL, CATEGORICAL_LOGITS, SPARSE, SPARSE_LOGITS)
RANGES = {"unit": 1.0, "tiny": 2.0**-13, "saturated": 30.0, "far": 2.0**13}


def names(specification):
    return "".join(str(part) for part in specification.as_dict().values())


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def sigmoid(z):
    return np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))


@pytest.fixture
def drawn(judge):
    """Targets and predictions of the kind that a loss wants."""

    def draw(loss, scale=2.0, shape=(8, 5)):
        generator = np.random.default_rng(7)
        z = generator.normal(size=shape) * scale
        labels = generator.integers(0, shape[-1], size=shape[:-1])
        if loss.kind.startswith("Sparse"):
            y = labels
        elif loss.kind.startswith("Categorical"):
            y = judge.array(np.eye(shape[-1])[labels])
        elif loss.kind.startswith("Binary"):
            y = judge.array(generator.integers(0, 2, size=shape))
        else:
            y = judge.array(generator.normal(size=shape))
            z[0, 0] = y[0, 0]
        if "Crossentropy" in loss.kind and not loss.from_logits:
            z = sigmoid(z) if loss.kind.startswith("Binary") else softmax(z)
        return y, judge.array(z)

    return draw


@pytest.mark.parametrize("scale", RANGES.values(), ids=RANGES.keys())
@pytest.mark.parametrize("loss", ALL, ids=names)
def test_the_vectorized_loss_passes_in_every_range(judge, vectorized, drawn, loss, scale):
    y, p = drawn(loss, scale)
    assert judge.loss(loss, y, p, vectorized(loss).forward(loss, y, p)) == ""
    assert judge.loss_gradient(loss, y, p, vectorized(loss).backward(loss, y, p)) == ""


def sparse_by_logits(y, p):
    """What Keras does with clipped probabilities: their logarithms as logits."""
    return (softmax(np.log(p)) - np.eye(p.shape[-1], dtype=p.dtype)[y]) / p / len(p)


OTHER_GRADIENTS = {
    "binary as one fraction": (BINARY, lambda y, p: (p - y) / (p * (1 - p)) / p.size),
    "binary logits without overflow care": (BINARY_LOGITS, lambda y, z: (1 / (1 + np.exp(-z)) - y) / z.size),
    "categorical of normalized probabilities": (CATEGORICAL, lambda y, p: (1 - y / p) / len(p)),
    "categorical logits by reciprocal": (CATEGORICAL_LOGITS, lambda y, z: (softmax(z) - y) * z.dtype.type(1 / len(z))),
    "sparse by logits of logarithms": (SPARSE, sparse_by_logits),
    "squared error by mean of rows": (MeanSquaredError(), lambda y, p: (p - y) / p.shape[1] * 2 / p.shape[0]),
}


@pytest.mark.parametrize(("loss", "gradient"), OTHER_GRADIENTS.values(), ids=OTHER_GRADIENTS.keys())
def test_another_way_to_compute_a_gradient_passes(judge, drawn, loss, gradient):
    y, p = drawn(loss)
    assert judge.loss_gradient(loss, y, p, judge.array(gradient(y, p))) == ""


def per_sample(y, p):
    """The right gradient of a binary loss, averaged over samples only."""
    return ((1 - y) / (1 - p) - y / p) / len(p)


# The catalogue of faults has many more; these are not in it.
WRONG_VALUES = {
    "squared error over samples only": (MeanSquaredError(), lambda y, p: np.square(p - y).sum() / len(p)),
    "binary with an epsilon": (
        BINARY,
        lambda y, p: -(y * np.log(p + 1e-4) + (1 - y) * np.log(1 - p + 1e-4)).mean(),
    ),
}


@pytest.mark.parametrize(("loss", "value"), WRONG_VALUES.values(), ids=WRONG_VALUES.keys())
def test_a_wrong_loss_fails(judge, drawn, loss, value):
    y, p = drawn(loss)
    assert judge.loss(loss, y, p, value(y, p)) != ""


WRONG_GRADIENTS = {
    "binary with the sign": (BINARY, lambda y, p: -per_sample(y, p) / p.shape[1]),
}


@pytest.mark.parametrize(("loss", "gradient"), WRONG_GRADIENTS.values(), ids=WRONG_GRADIENTS.keys())
def test_a_wrong_gradient_fails(judge, drawn, loss, gradient):
    y, p = drawn(loss)
    assert judge.loss_gradient(loss, y, p, judge.array(gradient(y, p))) != ""


@pytest.fixture
def bounds(judge):
    """The two bounds of the clip, in the format's own numbers."""
    return judge.array([[1e-7, 1 - 1e-7]])


def test_the_gradient_passes_exactly_on_the_clip(judge, vectorized, bounds):
    y = judge.array([[1, 0]])
    right = vectorized(BINARY).backward(BINARY, y, bounds)
    assert (right != 0).all()
    assert judge.loss_gradient(BINARY, y, bounds, right) == ""
    assert judge.loss_gradient(BINARY, y, bounds, 0 * right) != ""


def test_the_gradient_stops_one_number_behind_the_clip(judge, vectorized, bounds):
    y, behind = judge.array([[1, 0]]), np.nextafter(bounds, judge.array([[0, 1]]))
    stopped = vectorized(BINARY).backward(BINARY, y, behind)
    assert (stopped == 0).all()
    assert judge.loss_gradient(BINARY, y, behind, stopped) == ""
    assert judge.loss_gradient(BINARY, y, behind, vectorized(BINARY).backward(BINARY, y, bounds)) != ""


def test_a_clip_in_the_other_format_is_another_function(judge, vectorized):
    """float32(1 - 1e-7) is 1 - 2**-23: the loss of a saturated wrong answer differs by one percent."""
    y, p = judge.array([[0, 1]]), judge.array([[1, 0.5]])
    assert judge.loss(BINARY, y, p, vectorized(BINARY).forward(BINARY, y, p)) == ""
    other = np.dtype("float64" if judge.precision == "float32" else "float32")
    assert judge.loss(BINARY, y, p, vectorized(BINARY).forward(BINARY, y.astype(other), p.astype(other))) != ""


def test_a_saturated_softmax_is_behind_the_clip_without_doubt(judge, vectorized, drawn):
    """p = 1 is two roundings from the bound, and the sum of p has errors: the small ones that are added to 1."""
    p = judge.array([[1, 1e-12 if judge.precision == "float32" else 1e-20, 0]])
    y = judge.array([[1, 0, 0]])
    right = vectorized(CATEGORICAL).backward(CATEGORICAL, y, p)
    assert judge.loss_gradient(CATEGORICAL, y, p, right) == ""
    assert judge.loss_gradient(CATEGORICAL, y, p, judge.array([[0, 1, 1]])) != ""


@pytest.mark.parametrize("loss", [MeanAbsoluteError(), BINARY, CATEGORICAL, SPARSE], ids=names)
def test_a_kink_within_the_error_may_be_passed_on_either_side(judge, vectorized, loss):
    width = 64 * judge.arithmetic.unit_roundoff
    if loss.kind == "MeanAbsoluteError":
        y, p = judge.array([[0.5, 0.25]]), judge.array([[0.5, 0.75]])
    elif loss is BINARY:
        y, p = judge.array([[1, 0]]), judge.array([[1 - 1e-7, 0.25]])
    else:
        y, p = (np.array([1]) if loss is SPARSE else judge.array([[0, 1]])), judge.array([[1, 1e-7]])
    expected = loss.backward(y, Estimate.exact(p).off_by(width), judge.arithmetic)
    for moved in (-width / 2, 0, width / 2):
        near = judge.array(p + np.array([[moved, 0]]) if loss is not CATEGORICAL else p)
        assert judge.end_to_end(vectorized(loss).backward(loss, y, near), expected) == ""


def test_targets_that_do_not_sum_to_one_have_a_gradient_of_their_own(judge, vectorized, drawn):
    """The derivative of sum_i y_i log p_i has the sum of y as a factor; p - y is right for probabilities only."""
    y, z = drawn(CATEGORICAL_LOGITS)
    y = 2 * y
    assert (
        judge.loss_gradient(CATEGORICAL_LOGITS, y, z, vectorized(CATEGORICAL_LOGITS).backward(CATEGORICAL_LOGITS, y, z))
        == ""
    )
    assert judge.loss_gradient(CATEGORICAL_LOGITS, y, z, (softmax(z) - y) / len(z)) != ""
