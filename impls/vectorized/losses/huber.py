"""huber: mean over samples and outputs of e²/2 where |e| <= delta, else delta * |e| - delta²/2."""

import numpy as np

from harness.cases.problem import Array
from harness.operators.losses import Huber


def forward(loss: Huber, y_true: Array, y_pred: Array) -> Array:
    """Return the loss, a scalar, of targets and predictions of one shape."""
    distance = np.abs(y_pred - y_true)
    # With c the distance capped at delta, both branches are c * (distance - c/2), free of cancellation.
    capped = np.minimum(distance, loss.delta)
    return np.asarray((capped * (distance - 0.5 * capped)).mean())


def backward(loss: Huber, y_true: Array, y_pred: Array) -> Array:
    """Return the gradient with respect to y_pred, its shape."""
    gradient: Array = np.clip(y_pred - y_true, -loss.delta, loss.delta) / y_pred.size
    return gradient
