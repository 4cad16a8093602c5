"""sparse_categorical_crossentropy: mean over samples of -log p_y with y the class as an integer.

From probabilities, Keras clips them, takes logarithms and treats those as logits: the softmax of logarithms divides by
the sum of the clipped probabilities, so that p_y stands for clip(p_y) / sum_j clip(p_j).
"""

import math

from harness.cases.problem import Array
from harness.operators.losses import SparseCategoricalCrossentropy
from impls.loops._elements import rows, stored
from impls.loops.activations.softmax import softmax
from impls.loops.losses._clipped_probability import Clip, clip_in_the_format_of
from impls.loops.losses._log_softmax import log_softmax

Row = list[float]


def forward(loss: SparseCategoricalCrossentropy, y_true: Array, y_pred: Array) -> Array:
    """Return the loss, a scalar, of integer targets (batch, …) and predictions (batch, …, classes)."""
    clip = clip_in_the_format_of(y_pred)
    total = 0.0
    for label, prediction in zip(y_true.ravel().tolist(), rows(y_pred), strict=True):
        logits = prediction if loss.from_logits else [math.log(clip(p)) for p in prediction]
        total -= log_softmax(logits)[label]
    return stored(total / y_true.size, y_pred.dtype)


def backward(loss: SparseCategoricalCrossentropy, y_true: Array, y_pred: Array) -> Array:
    """Return the gradient with respect to y_pred, its shape."""
    clip = clip_in_the_format_of(y_pred)
    gradient = []
    for label, prediction in zip(y_true.ravel().tolist(), rows(y_pred), strict=True):
        of_row = _of_logits(label, prediction) if loss.from_logits else _of_probabilities(label, prediction, clip)
        gradient.append([derivative / y_true.size for derivative in of_row])
    return stored(gradient, y_pred.dtype).reshape(y_pred.shape)


def _of_logits(label: int, logits: Row) -> Row:
    return [p_i - (1.0 if i == label else 0.0) for i, p_i in enumerate(softmax(logits))]


def _of_probabilities(label: int, probabilities: Row, clip: Clip) -> Row:
    total = sum(clip(p) for p in probabilities)
    derivatives = []
    for i, p in enumerate(probabilities):
        own = 1.0 / clip(p) if i == label else 0.0
        derivatives.append(1.0 / total - own if clip.passes(p) else 0.0)
    return derivatives
