"""What the harness computes where an implementation gives no loss or no optimizer."""

import numpy as np
import pytest

from harness.layerwise import on_behalf
from harness.numerics import FLOAT64, arithmetic_of
from harness.operators.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Huber,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from harness.operators.optimizers import SGD, Adam, RMSprop

REGRESSION = (MeanSquaredError(), MeanAbsoluteError(), Huber())
CLASSIFICATION = (BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy)
LOSSES = (*REGRESSION, *(kind(from_logits=logits) for kind in CLASSIFICATION for logits in (False, True)))


@pytest.fixture
def predicted(judge):
    """Predictions between 0 and 1, in the format at hand."""
    return judge.array(np.random.default_rng(1).uniform(0.05, 0.95, size=(4, 3)))


def targets(judge, loss):
    return np.array([2, 0, 1, 1]) if loss.kind.startswith("Sparse") else judge.array(np.eye(3)[[2, 0, 1, 1]])


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_on_behalf_is_that_of_any_room_in_the_format_of_the_prediction(judge, vectorized, predicted, loss):
    y_true = targets(judge, loss)
    for of in (on_behalf.Loss(), vectorized(loss)):
        value, gradient = of.forward(loss, y_true, predicted), of.backward(loss, y_true, predicted)
        assert value.dtype == gradient.dtype == judge.precision
        assert judge.loss(loss, y_true, predicted, value) == ""
        assert judge.loss_gradient(loss, y_true, predicted, gradient) == ""


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_on_behalf_is_not_that_of_other_predictions(judge, predicted, loss):
    y_true, other = targets(judge, loss), judge.array(predicted * predicted)
    assert judge.loss(loss, y_true, predicted, on_behalf.Loss().forward(loss, y_true, other)) != ""


SLOTTED = (SGD(0.1, 0.9, True), Adam(0.1), RMSprop(0.1, 0.9, 0.5, centered=True))


def trained(judge, optimizer, operator, keep):
    """Judge the weights after each of four steps, with the slots of the step before or without."""
    generator = np.random.default_rng(2)
    start, *gradients = (judge.array(generator.normal(size=(3, 2))) for _ in range(5))
    weights, slots = [start], {}
    for step, gradient in enumerate(gradients, 1):
        weight, slots = operator.update(optimizer, step, weights[-1], gradient, slots if keep else {})
        assert weight.dtype == judge.precision
        weights.append(weight)
    return judge.training(optimizer, start, gradients, weights[1:])


@pytest.mark.parametrize("optimizer", [SGD(0.1), *SLOTTED])
def test_an_optimizer_on_behalf_keeps_its_slots_from_step_to_step(judge, vectorized, optimizer):
    for operator in (on_behalf.Optimizer(), vectorized(optimizer)):
        assert trained(judge, optimizer, operator, keep=True) == [""] * 4


@pytest.mark.parametrize("optimizer", SLOTTED)
def test_without_its_slots_it_is_another_optimizer_from_the_second_step_on(judge, optimizer):
    first, *others = trained(judge, optimizer, on_behalf.Optimizer(), keep=False)
    assert first == ""
    assert all(others)


# From the definition: -log(1 - p) at the bound of p in each format; 1 - float32(1 - 1e-7) is 2**-23.
@pytest.mark.parametrize(("dtype", "below_1"), [("float32", 2.0**-23), ("float64", 1 - (1 - 1e-7))])
def test_a_saturated_loss_is_clipped_in_the_format_of_the_prediction(dtype, below_1):
    y_true, y_pred = np.zeros((1, 1), dtype), np.ones((1, 1), dtype)
    value = on_behalf.Loss().forward(BinaryCrossentropy(), y_true, y_pred)
    roundings = FLOAT64.log_roundings * FLOAT64.unit_roundoff + arithmetic_of(dtype).unit_roundoff
    assert abs(value / -np.log(below_1) - 1) <= roundings


def test_predictions_that_are_not_finite_raise_nothing():
    y_pred = np.array([[np.nan, np.inf, 0.0]], np.float32)
    for loss in LOSSES:
        y_true = np.array([1]) if loss.kind.startswith("Sparse") else np.array([[0, 1, 0]], np.float32)
        on_behalf.Loss().forward(loss, y_true, y_pred)
        on_behalf.Loss().backward(loss, y_true, y_pred)
    on_behalf.Optimizer().update(RMSprop(epsilon=0.0), 1, y_pred, np.zeros_like(y_pred), {})
