"""sparse_categorical_crossentropy: mean over samples of -log p_y with y the class as an integer.

From probabilities, Keras clips them, takes logarithms and treats those as logits: the softmax of logarithms divides by
the sum of the clipped probabilities, so that p_y stands for clip(p_y) / sum_j clip(p_j).
"""

import numpy as np

from harness.cases.problem import Array
from harness.operators.losses import SparseCategoricalCrossentropy
from impls.vectorized.activations.softmax import softmax
from impls.vectorized.losses._clipped_probability import clipped, passes
from impls.vectorized.losses._log_softmax import log_softmax


def forward(loss: SparseCategoricalCrossentropy, y_true: Array, y_pred: Array) -> Array:
    """Return the loss, a scalar, of integer targets (batch, …) and predictions (batch, …, classes)."""
    log_p = log_softmax(y_pred if loss.from_logits else np.log(clipped(y_pred)))
    return np.asarray(-np.take_along_axis(log_p, y_true[..., np.newaxis], axis=-1).mean())


def backward(loss: SparseCategoricalCrossentropy, y_true: Array, y_pred: Array) -> Array:
    """Return the gradient with respect to y_pred, its shape."""
    one_hot = y_true[..., np.newaxis] == np.arange(y_pred.shape[-1])
    if loss.from_logits:
        gradient: Array = (softmax(y_pred) - one_hot) / y_true.size
    else:
        p = clipped(y_pred)
        gradient = passes(y_pred) * (1 / p.sum(axis=-1, keepdims=True) - one_hot / p) / y_true.size
    return gradient
