"""Keras, in both formats, against the same definitions: other library functions, other orders, float32 constants."""

import numpy as np
import pytest
import tensorflow as tf

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
from impls.keras.building import built

ACTIVATIONS = (Elu(), Elu(alpha=0.7), Gelu(), LeakyRelu(), Relu(), Selu(), Sigmoid(), Softmax(), Softplus(), Tanh())
REGRESSION = (MeanSquaredError(), MeanAbsoluteError(), Huber(delta=0.3))
CLASSIFICATION = (BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy)
LOSSES = (*REGRESSION, *(kind(from_logits=logits) for kind in CLASSIFICATION for logits in (False, True)))
OPTIMIZERS = (SGD(0.1), SGD(0.1, 0.9, True), Adam(0.1), RMSprop(0.1), RMSprop(0.1, momentum=0.5, centered=True))
SCALES = (2.0**-13, 2.0, 30.0, 2.0**13)


def names(specification):
    return "".join(str(part) for part in specification.as_dict().values())


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=names)
def test_activation(judge, activation, scale):
    generator = np.random.default_rng(1)
    x, dy = (judge.array(generator.normal(size=(50, 6))) for _ in range(2))
    x = x * judge.array(scale)
    watched = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(watched)
        y = built(activation, judge.precision)(watched)
    dx = tape.gradient(y, watched, output_gradients=tf.constant(dy))
    assert judge.forward(activation, x, y.numpy()) == ""
    assert judge.backward(activation, x, y.numpy(), dy, dx.numpy()) == ""


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("loss", LOSSES, ids=names)
def test_loss(judge, loss, scale):
    generator = np.random.default_rng(2)
    z = generator.normal(size=(9, 4)) * scale
    labels = generator.integers(0, 4, size=9)
    probabilities = loss not in REGRESSION and not loss.from_logits
    y_pred = judge.array(softmax(z) if probabilities else z)
    y_true = labels if loss.kind.startswith("Sparse") else judge.array(np.eye(4)[labels])
    watched = tf.constant(y_pred)
    with tf.GradientTape() as tape:
        tape.watch(watched)
        value = built(loss, judge.precision)(y_true, watched)
    assert judge.loss(loss, y_true, y_pred, value.numpy()) == ""
    assert judge.loss_gradient(loss, y_true, y_pred, tape.gradient(value, watched).numpy()) == ""


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=names)
def test_optimizer(judge, optimizer, scale):
    generator = np.random.default_rng(3)
    weight, gradients = judge.array(generator.normal(size=(5, 6))), generator.normal(size=(4, 5, 6)) * scale
    gradients[:, 0, 0] = 0
    gradients = judge.array(gradients)
    keras_optimizer, variable = built(optimizer, judge.precision), tf.Variable(weight)
    keras_optimizer.build([variable])
    weights = []
    for gradient in gradients:
        keras_optimizer.apply([tf.constant(gradient)], [variable])
        weights.append(variable.numpy().copy())
    assert judge.training(optimizer, weight, gradients, weights) == [""] * 4
