"""Losses as functions of JAX, which has none of its own."""

from typing import Any

import jax
import jax.numpy as jnp

from harness.operators import losses

Tensor = Any

# Keras's; in the working precision, as there.
EPSILON = 1e-7


def binary_crossentropy(loss: losses.BinaryCrossentropy, y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Return the loss of targets and predictions of one shape."""
    if loss.from_logits:
        return -jnp.mean(y_true * jax.nn.log_sigmoid(y_pred) + (1 - y_true) * jax.nn.log_sigmoid(-y_pred))
    p = _clipped(y_pred)
    return -jnp.mean(y_true * jnp.log(p) + (1 - y_true) * jnp.log(1 - p))


def categorical_crossentropy(loss: losses.CategoricalCrossentropy, y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Return the loss of targets and predictions (batch, …, classes)."""
    if loss.from_logits:
        log_p = jax.nn.log_softmax(y_pred)
    else:
        log_p = jnp.log(_clipped(y_pred / jnp.sum(y_pred, axis=-1, keepdims=True)))
    return -jnp.mean(jnp.sum(y_true * log_p, axis=-1))


def huber(loss: losses.Huber, y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Return the loss of targets and predictions of one shape."""
    error = y_pred - y_true
    distance = jnp.abs(error)
    far = loss.delta * (distance - 0.5 * loss.delta)
    return jnp.mean(jnp.where(distance <= loss.delta, 0.5 * jnp.square(error), far))


def mean_absolute_error(loss: losses.MeanAbsoluteError, y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Return the loss of targets and predictions of one shape."""
    return jnp.mean(jnp.abs(y_pred - y_true))


def mean_squared_error(loss: losses.MeanSquaredError, y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Return the loss of targets and predictions of one shape."""
    return jnp.mean(jnp.square(y_pred - y_true))


def sparse_categorical_crossentropy(
    loss: losses.SparseCategoricalCrossentropy, y_true: Tensor, y_pred: Tensor
) -> Tensor:
    """Return the loss of integer targets (batch, …) and predictions (batch, …, classes)."""
    # Keras takes logarithms of the clipped probabilities for logits.
    log_p = jax.nn.log_softmax(y_pred if loss.from_logits else jnp.log(_clipped(y_pred)))
    return -jnp.mean(jnp.take_along_axis(log_p, y_true[..., None], axis=-1))


def _clipped(probabilities: Tensor) -> Tensor:
    return jnp.clip(probabilities, EPSILON, 1 - EPSILON)
