"""Keras's losses take what they are given: probabilities are probabilities, also where Keras could look behind them."""

import keras
import numpy as np
import pytest

from harness.cases.case import Case
from harness.cases.data import saturated
from harness.cases.network import Network
from harness.cases.problem import make_problem
from harness.operators.layers import Activation, Dense
from harness.operators.losses import BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy

# float32(1 - 1e-7) is 1 - 2**-23.
CLIPPED = {"float32": (np.float32(1e-7), np.float32(1 - 2**-23)), "float64": (1e-7, 1 - 1e-7)}


def of_probabilities(loss, y, p):
    """The definitions, in float64 from probabilities of either format, clipped as that format clips."""
    low, high = (float(bound) for bound in CLIPPED[p.dtype.name])
    clipped = np.clip(p.astype(np.float64), low, high)
    match loss:
        case BinaryCrossentropy():
            return float(np.mean(-y * np.log(clipped) - (1 - y) * np.log(1 - clipped)))
        case CategoricalCrossentropy():
            total = p.astype(np.float64).sum(axis=-1, keepdims=True)
            return float(np.mean(-(y * np.log(np.clip(p / total, low, high))).sum(axis=-1)))
        case _:
            chosen = np.take_along_axis(clipped, y[:, np.newaxis], axis=-1)[:, 0]
            return float(np.mean(-np.log(chosen / clipped.sum(axis=-1))))


LOSSES = [
    (BinaryCrossentropy(), "sigmoid"),
    (CategoricalCrossentropy(), "softmax"),
    (SparseCategoricalCrossentropy(), "softmax"),
]
SATURATED = {
    f"{loss.kind} after {place}": Case(Network((6,), layers), loss=loss, data=saturated)
    for loss, activation in LOSSES
    for place, layers in {
        "a fused activation": (Dense(4, activation),),
        "an activation layer": (Dense(4), Activation(activation)),
    }.items()
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", SATURATED)
def test_the_loss_after_a_sigmoid_or_softmax_is_that_of_the_probabilities(name, dtype, keras_implementation):
    case = SATURATED[name].with_(dtype=dtype)
    problem = make_problem(case)
    shown = keras_implementation.run(problem)
    p = shown[f"1/forward/{case.network.nodes[-1].name}"]
    expected = of_probabilities(case.the_loss, problem.batches[0].y, p)
    # A product of 16 or 17 digits would be too much to ask of log; half of the format's digits tell the two apart.
    assert shown["1/loss"] == pytest.approx(expected, rel=float(np.sqrt(np.finfo(dtype).eps)))


def test_keras_itself_looks_behind_a_sigmoid_layer_so_that_there_is_something_to_guard_against():
    logits = np.array([[-30.0], [40.0]], np.float32)
    probabilities = keras.layers.Activation("sigmoid")(logits)
    y = np.array([[1.0], [0.0]], np.float32)
    of_keras = float(keras.losses.BinaryCrossentropy()(y, probabilities))
    assert of_keras == pytest.approx(np.mean([30.0, 40.0]))
    assert of_probabilities(BinaryCrossentropy(), y, np.asarray(probabilities)) < 17


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_loss_from_logits_is_not_clipped(dtype, keras_implementation):
    case = Case(Network((6,), Dense(4)), BinaryCrossentropy(from_logits=True), data=saturated, dtype=dtype)
    problem = make_problem(case)
    shown = keras_implementation.run(problem)
    z, y = shown["1/forward/dense"].astype(np.float64), problem.batches[0].y
    expected = np.mean(np.logaddexp(0, z) - y * z)
    assert shown["1/loss"] == pytest.approx(expected, rel=float(np.sqrt(np.finfo(dtype).eps)))
    assert np.abs(z).max() > -np.log(1e-7), "nothing that a clip would change"
