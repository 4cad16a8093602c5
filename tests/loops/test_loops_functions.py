"""Activations, losses and optimizers in loops against those in NumPy, to the roundings that both make."""

from types import SimpleNamespace

import numpy as np
import pytest

import impls.loops
import impls.vectorized
from harness.layerwise import operators_in
from harness.operators.activations import Elu, Gelu, LeakyRelu, Relu, Selu, Sigmoid, Softmax, Softplus, Tanh
from harness.operators.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Huber,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from harness.operators.optimizers import SGD, Adam, RMSprop

LOOPS = operators_in(impls.loops)
VECTORIZED = operators_in(impls.vectorized)
CLASSES = 7
SAMPLES = 5
OPERATIONS = SAMPLES * CLASSES

# Elementary functions that one element of the result goes through; 2 for a logarithm of a sum of exponentials, and for
# the error function, which NumPy lacks: the vectorized room composes it of two exponentials.
ACTIVATIONS = [
    (Relu(), 0),
    (LeakyRelu(), 0),
    (LeakyRelu(negative_slope=0.5), 0),
    (Elu(), 1),
    (Elu(alpha=1.5), 1),
    (Selu(), 1),
    (Sigmoid(), 1),
    (Tanh(), 1),
    (Softplus(), 2),
    (Gelu(), 2),
    (Softmax(), 1),
]
LOSSES = [
    (MeanSquaredError(), 0),
    (MeanAbsoluteError(), 0),
    (Huber(), 0),
    (Huber(delta=0.25), 0),
    (BinaryCrossentropy(), 1),
    (BinaryCrossentropy(from_logits=True), 2),
    (CategoricalCrossentropy(), 1),
    (CategoricalCrossentropy(from_logits=True), 2),
    (SparseCategoricalCrossentropy(), 3),
    (SparseCategoricalCrossentropy(from_logits=True), 2),
]
OPTIMIZERS = [
    SGD(learning_rate=0.3),
    SGD(learning_rate=0.3, momentum=0.9),
    SGD(learning_rate=0.3, momentum=0.9, nesterov=True),
    Adam(learning_rate=0.1),
    Adam(learning_rate=0.1, beta_1=0.5, beta_2=0.75, epsilon=0.5),
    RMSprop(learning_rate=0.1),
    RMSprop(learning_rate=0.1, rho=0.5, momentum=0.9, epsilon=0.5),
    RMSprop(learning_rate=0.1, centered=True, epsilon=0.5),
]


def kind_of(value):
    """Return the word for a parameter in pytest's ids."""
    return str(value) if isinstance(value, int) else type(value).__name__


def of_activation(operator, activation, x, dy):
    """Return value and gradient."""
    y, cache = operator.forward(activation, x)
    return {"y": y, "dx": operator.backward(activation, cache, dy)}


def of_loss(operator, loss, y_true, y_pred):
    """Return value and gradient."""
    return {"loss": operator.forward(loss, y_true, y_pred), "dy": operator.backward(loss, y_true, y_pred)}


def of_optimizer(operator, optimizer, weight, gradients):
    """Return the weight after each step."""
    weights, slots = {}, {}
    for step, gradient in enumerate(gradients, 1):
        weight, slots = operator.update(optimizer, step, weight, gradient, slots)
        weights[f"step {step}"] = weight
    return weights


def inputs(frozen):
    """Return numbers on both sides of 0, 0 itself, and some where exp has left its middle; and gradients for them."""
    draw = np.random.default_rng(0)
    x = draw.uniform(-3, 3, (SAMPLES, CLASSES))
    x[0] = [0.0, -0.0, 30.0, -30.0, 1e-9, -1e-9, 8.0]
    return frozen(x), frozen(draw.uniform(-1, 1, x.shape))


def targets_and_predictions(loss, frozen):
    """Return one of each kind that the loss takes; probabilities include 0 and 1, logits large numbers."""
    draw = np.random.default_rng(0)
    logits, shares = draw.uniform(-3, 3, (SAMPLES, CLASSES)), draw.uniform(0.125, 1, (SAMPLES, CLASSES))
    logits[0, :2] = 40.0, -40.0
    shares[0] = [1.0, 0, 0, 0, 0, 0, 0]
    y_pred = logits if getattr(loss, "from_logits", True) else shares
    match loss:
        case SparseCategoricalCrossentropy():
            return draw.integers(0, CLASSES, SAMPLES), frozen(y_pred)
        case CategoricalCrossentropy():
            return frozen(draw.dirichlet(np.ones(CLASSES), SAMPLES)), frozen(y_pred)
        case BinaryCrossentropy():
            return frozen(draw.uniform(0, 1, y_pred.shape)), frozen(y_pred)
        case _:
            y_true = draw.uniform(-3, 3, y_pred.shape)
            y_true[1] = y_pred[1]
            return frozen(y_true), frozen(y_pred)


def magnitude_of_loss(expected, y_pred):
    """Return what the terms of any of the sums stay below: a logarithm carries the relative error of its argument."""
    return np.abs(expected["dy"]).max() + np.abs(y_pred).max() + float(expected["loss"]) + 1


@pytest.mark.parametrize(("activation", "elementary"), ACTIVATIONS, ids=kind_of)
def test_an_activation_in_loops_agrees_with_the_vectorized_one_to_rounding(activation, elementary, wrong, frozen):
    x, dy = inputs(frozen)
    expected, got = (of_activation(room[type(activation)], activation, x, dy) for room in (VECTORIZED, LOOPS))
    # Each side rounds once in each of at most OPERATIONS additions, products and quotients, of numbers up to these.
    magnitude = np.abs(dy) * np.maximum(1, np.abs(x)) + np.abs(expected["y"])
    assert wrong(expected, got, elementary=elementary, operations=OPERATIONS, magnitude=magnitude) == []


@pytest.mark.parametrize(("activation", "elementary"), ACTIVATIONS, ids=kind_of)
def test_a_millionth_in_one_element_of_an_activation_is_flagged(activation, elementary, wrong, frozen):
    x, dy = inputs(frozen)
    expected = of_activation(VECTORIZED[type(activation)], activation, x, dy)
    for name in expected:
        got = of_activation(LOOPS[type(activation)], activation, x, dy)
        got[name][3, 2] += 1e-6
        magnitude = np.abs(dy) * np.maximum(1, np.abs(x)) + np.abs(expected["y"])
        assert wrong(expected, got, elementary=elementary, operations=OPERATIONS, magnitude=magnitude) == [name]


def test_the_slope_at_zero_is_where_keras_puts_it(frozen):
    x, dy = frozen([[0.0]]), frozen([[1.0]])
    slopes = [
        of_activation(LOOPS[type(activation)], activation, x, dy)["dx"].item()
        for activation in (Relu(), LeakyRelu(negative_slope=0.5), Elu(alpha=1.5))
    ]
    assert slopes == [0.0, 0.5, 1.5]


def test_a_softmax_gradient_without_the_other_classes_is_flagged(wrong, frozen):
    x, dy = inputs(frozen)
    operator = LOOPS[Softmax]
    diagonal = SimpleNamespace(forward=operator.forward, backward=lambda activation, y, dy: dy * y * (1 - y))
    expected, got = (of_activation(room, Softmax(), x, dy) for room in (VECTORIZED[Softmax], diagonal))
    assert wrong(expected, got, elementary=1, operations=OPERATIONS, magnitude=1) == ["dx"]


@pytest.mark.parametrize("extreme", [800.0, -800.0])
@pytest.mark.parametrize("activation", [activation for activation, _ in ACTIVATIONS], ids=kind_of)
def test_no_activation_overflows(activation, extreme, frozen):
    found = of_activation(LOOPS[type(activation)], activation, frozen([[extreme, 0.0]]), frozen([[1.0, 1.0]]))
    assert all(np.isfinite(tensor).all() for tensor in found.values())


@pytest.mark.parametrize(("loss", "elementary"), LOSSES, ids=kind_of)
def test_a_loss_in_loops_agrees_with_the_vectorized_one_to_rounding(loss, elementary, wrong, frozen):
    y_true, y_pred = targets_and_predictions(loss, frozen)
    expected, got = (of_loss(room[type(loss)], loss, y_true, y_pred) for room in (VECTORIZED, LOOPS))
    magnitude = magnitude_of_loss(expected, y_pred)
    assert wrong(expected, got, elementary=elementary, operations=OPERATIONS, magnitude=magnitude) == []


@pytest.mark.parametrize(("loss", "elementary"), LOSSES, ids=kind_of)
def test_a_loss_and_gradient_not_averaged_are_flagged(loss, elementary, wrong, frozen):
    y_true, y_pred = targets_and_predictions(loss, frozen)
    expected, got = (of_loss(room[type(loss)], loss, y_true, y_pred) for room in (VECTORIZED, LOOPS))
    summed = {name: tensor * SAMPLES for name, tensor in got.items()}
    magnitude = magnitude_of_loss(expected, y_pred)
    assert wrong(expected, summed, elementary=elementary, operations=OPERATIONS, magnitude=magnitude) == ["loss", "dy"]


def test_a_gradient_that_forgets_that_shares_sum_to_one_is_flagged(wrong, frozen):
    loss = CategoricalCrossentropy()
    y_true, y_pred = targets_and_predictions(loss, frozen)
    expected, got = (of_loss(room[type(loss)], loss, y_true, y_pred) for room in (VECTORIZED, LOOPS))
    shares = y_pred / y_pred.sum(axis=-1, keepdims=True)
    got["dy"] = np.where(shares > 0, -y_true / np.where(shares > 0, shares, 1), 0) / SAMPLES
    assert wrong(expected, got, operations=OPERATIONS, magnitude=magnitude_of_loss(expected, y_pred)) == ["dy"]


def test_certain_and_wrong_costs_the_logarithm_of_the_clip(frozen):
    for dtype in (np.float32, np.float64):
        y_true, y_pred = np.ones((1, 1), dtype), np.zeros((1, 1), dtype)
        value = LOOPS[BinaryCrossentropy].forward(BinaryCrossentropy(), y_true, y_pred)
        assert value.dtype == dtype
        assert value == dtype(-np.log(np.float64(dtype(1e-7))))


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=kind_of)
def test_an_optimizer_in_loops_agrees_with_the_vectorized_one_to_rounding(optimizer, wrong, frozen):
    draw = np.random.default_rng(0)
    weight, gradients = frozen(draw.uniform(-1, 1, (3, 5))), [frozen(draw.uniform(-1, 1, (3, 5))) for _ in range(4)]
    expected, got = (of_optimizer(room[type(optimizer)], optimizer, weight, gradients) for room in (VECTORIZED, LOOPS))
    # No term of any step is above the learning rate times 1 / sqrt(1 - rho), or the weights.
    assert wrong(expected, got, operations=OPERATIONS, magnitude=4) == []


@pytest.mark.parametrize(
    ("optimizer", "other"),
    [
        (SGD(learning_rate=0.3, momentum=0.9), SGD(learning_rate=0.3, momentum=0.9, nesterov=True)),
        (Adam(learning_rate=0.1), Adam(learning_rate=0.1, epsilon=1.001e-7)),
        (Adam(learning_rate=0.1), Adam(learning_rate=0.1, beta_2=0.9990001)),
        (RMSprop(learning_rate=0.1, centered=True, epsilon=0.5), RMSprop(learning_rate=0.1, epsilon=0.5)),
        (RMSprop(learning_rate=0.1), RMSprop(learning_rate=0.1, momentum=1e-9)),
    ],
    ids=kind_of,
)
def test_an_optimizer_with_one_argument_off_is_flagged(optimizer, other, wrong, frozen):
    draw = np.random.default_rng(0)
    weight, gradients = frozen(draw.uniform(-1, 1, (3, 5))), [frozen(draw.uniform(-1, 1, (3, 5))) for _ in range(4)]
    expected = of_optimizer(VECTORIZED[type(optimizer)], optimizer, weight, gradients)
    got = of_optimizer(LOOPS[type(optimizer)], other, weight, gradients)
    assert "step 4" in wrong(expected, got, operations=OPERATIONS, magnitude=4)


@pytest.mark.parametrize("optimizer", [Adam(epsilon=0.0), RMSprop(epsilon=0.0)], ids=kind_of)
def test_a_step_of_zero_by_zero_is_nan_and_no_exception(optimizer, frozen):
    weights = of_optimizer(LOOPS[type(optimizer)], optimizer, frozen([1.0]), [frozen([0.0])])
    assert np.isnan(weights["step 1"]).all()
