"""binary_crossentropy: mean over samples and outputs of -y log p - (1 - y) log(1 - p)."""

import numpy as np

from harness.cases.problem import Array
from harness.operators.losses import BinaryCrossentropy
from impls.vectorized.activations.sigmoid import sigmoid
from impls.vectorized.losses._clipped_probability import clipped, passes


def forward(loss: BinaryCrossentropy, y_true: Array, y_pred: Array) -> Array:
    """Return the loss, a scalar, of targets and predictions of one shape."""
    if loss.from_logits:
        # log(1 + exp(-|z|)) + max(z, 0) is log(1 + exp(z)) that cannot overflow.
        distance = np.log1p(np.exp(-np.abs(y_pred)))
        return np.asarray((np.maximum(y_pred, 0) - y_pred * y_true + distance).mean())
    p = clipped(y_pred)
    return np.asarray(-(y_true * np.log(p) + (1 - y_true) * np.log(1 - p)).mean())


def backward(loss: BinaryCrossentropy, y_true: Array, y_pred: Array) -> Array:
    """Return the gradient with respect to y_pred, its shape."""
    if loss.from_logits:
        return (sigmoid(y_pred) - y_true) / y_pred.size
    p = clipped(y_pred)
    gradient: Array = passes(y_pred) * ((1 - y_true) / (1 - p) - y_true / p) / y_pred.size
    return gradient
