"""categorical_crossentropy: mean over samples of -sum_i y_i log p_i, the probabilities first divided by their sum."""

import numpy as np

from harness.cases.problem import Array
from harness.operators.losses import CategoricalCrossentropy
from impls.vectorized.activations.softmax import softmax
from impls.vectorized.losses._clipped_probability import clipped, passes
from impls.vectorized.losses._log_softmax import log_softmax


def forward(loss: CategoricalCrossentropy, y_true: Array, y_pred: Array) -> Array:
    """Return the loss, a scalar, of targets and predictions (batch, …, classes)."""
    log_p = log_softmax(y_pred) if loss.from_logits else np.log(clipped(_normalized(y_pred)))
    return np.asarray(-(y_true * log_p).sum(axis=-1).mean())


def backward(loss: CategoricalCrossentropy, y_true: Array, y_pred: Array) -> Array:
    """Return the gradient with respect to y_pred, its shape."""
    samples = y_pred[..., 0].size
    if loss.from_logits:
        # The sum is 1 for probabilities; with it this is the derivative for any targets.
        gradient: Array = (softmax(y_pred) * y_true.sum(axis=-1, keepdims=True) - y_true) / samples
    else:
        p = _normalized(y_pred)
        dp = passes(p) * -y_true / clipped(p)
        through_the_sum = (dp * p).sum(axis=-1, keepdims=True)
        gradient = (dp - through_the_sum) / y_pred.sum(axis=-1, keepdims=True) / samples
    return gradient


def _normalized(y_pred: Array) -> Array:
    p: Array = y_pred / y_pred.sum(axis=-1, keepdims=True)
    return p
