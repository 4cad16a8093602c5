"""What the harness computes where an implementation gives no loss or no optimizer."""

import numpy as np
import pytest

from harness.layerwise import on_behalf
from harness.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Huber,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from harness.optimizers import SGD, Adam, RMSprop

REGRESSION = (MeanSquaredError(), MeanAbsoluteError(), Huber())
CLASSIFICATION = (BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy)
LOSSES = (*REGRESSION, *(kind(from_logits=logits) for kind in CLASSIFICATION for logits in (False, True)))


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_on_behalf_is_that_of_any_room_in_the_format_of_the_prediction(judge, vectorized, loss):
    generator = np.random.default_rng(1)
    y_pred = judge.array(generator.uniform(0.05, 0.95, size=(4, 3)))
    y_true = np.array([2, 0, 1, 1]) if loss.kind.startswith("Sparse") else judge.array(np.eye(3)[[2, 0, 1, 1]])
    value = on_behalf.Loss().forward(loss, y_true, y_pred)
    gradient = on_behalf.Loss().backward(loss, y_true, y_pred)
    assert value.dtype == gradient.dtype == judge.precision
    relative = 64 * judge.arithmetic.unit_roundoff
    assert value == pytest.approx(vectorized(loss).forward(loss, y_true, y_pred), rel=relative)
    assert gradient == pytest.approx(vectorized(loss).backward(loss, y_true, y_pred), rel=relative, abs=relative)


@pytest.mark.parametrize("optimizer", [SGD(0.1), SGD(0.1, 0.9, True), Adam(0.1), RMSprop(0.1, 0.9, 0.5, centered=True)])
def test_an_optimizer_on_behalf_keeps_its_slots_from_step_to_step(judge, vectorized, optimizer):
    generator = np.random.default_rng(2)
    mine = theirs = judge.array(generator.normal(size=(3, 2)))
    slots, their_slots = {}, {}
    for step in range(1, 5):
        gradient = judge.array(generator.normal(size=(3, 2)))
        mine, slots = on_behalf.Optimizer().update(optimizer, step, mine, gradient, slots)
        theirs, their_slots = vectorized(optimizer).update(optimizer, step, theirs, gradient, their_slots)
        assert mine.dtype == judge.precision
        assert mine == pytest.approx(theirs, rel=1e-12 if judge.precision == "float64" else 1e-5, abs=1e-7)


# From the definition: -log of the bound in each format; 1 - float32(1 - 1e-7) is 2**-23.
@pytest.mark.parametrize(("dtype", "saturated"), [("float32", 23 * np.log(2)), ("float64", -np.log(1e-7))])
def test_a_saturated_loss_is_clipped_in_the_format_of_the_prediction(dtype, saturated):
    y_true, y_pred = np.zeros((1, 1), dtype), np.ones((1, 1), dtype)
    value = on_behalf.Loss().forward(BinaryCrossentropy(), y_true, y_pred)
    assert value == pytest.approx(saturated, rel=1e-6)


def test_predictions_that_are_not_finite_raise_nothing():
    y_pred = np.array([[np.nan, np.inf, 0.0]], np.float32)
    for loss in LOSSES:
        y_true = np.array([1]) if loss.kind.startswith("Sparse") else np.array([[0, 1, 0]], np.float32)
        on_behalf.Loss().forward(loss, y_true, y_pred)
        on_behalf.Loss().backward(loss, y_true, y_pred)
    on_behalf.Optimizer().update(RMSprop(epsilon=0.0), 1, y_pred, np.zeros_like(y_pred), {})
