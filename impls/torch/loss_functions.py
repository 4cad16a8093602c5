"""Losses as functions of torch; Keras's clip and division by the sum come before them."""

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  # the name it has everywhere

from harness.operators import losses

Tensor = Any

# Keras's; clamp rounds both bounds to the working precision, as Keras does.
EPSILON = 1e-7


def binary_crossentropy(loss: losses.BinaryCrossentropy, y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Return the loss of targets and predictions of one shape."""
    if loss.from_logits:
        return F.binary_cross_entropy_with_logits(y_pred, y_true)
    return F.binary_cross_entropy(_clipped(y_pred), y_true)


def categorical_crossentropy(loss: losses.CategoricalCrossentropy, y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Return the loss of targets and predictions (batch, …, classes)."""
    if loss.from_logits:
        return F.cross_entropy(_rows(y_pred), _rows(y_true))
    shares = _clipped(y_pred / y_pred.sum(dim=-1, keepdim=True))
    return -(y_true * shares.log()).sum(dim=-1).mean()


def huber(loss: losses.Huber, y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Return the loss of targets and predictions of one shape."""
    return F.huber_loss(y_pred, y_true, delta=loss.delta)


def mean_absolute_error(loss: losses.MeanAbsoluteError, y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Return the loss of targets and predictions of one shape."""
    return F.l1_loss(y_pred, y_true)


def mean_squared_error(loss: losses.MeanSquaredError, y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Return the loss of targets and predictions of one shape."""
    return F.mse_loss(y_pred, y_true)


def sparse_categorical_crossentropy(
    loss: losses.SparseCategoricalCrossentropy, y_true: Tensor, y_pred: Tensor
) -> Tensor:
    """Return the loss of integer targets (batch, …) and predictions (batch, …, classes)."""
    # Keras takes logarithms of the clipped probabilities for logits.
    logits = y_pred if loss.from_logits else torch.log(_clipped(y_pred))
    return F.cross_entropy(_rows(logits), y_true.flatten())


def _clipped(probabilities: Tensor) -> Tensor:
    return torch.clamp(probabilities, EPSILON, 1 - EPSILON)


def _rows(values: Tensor) -> Tensor:
    return values.reshape(-1, values.shape[-1])
