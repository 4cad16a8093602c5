"""categorical_crossentropy: mean over samples of -sum_i y_i log p_i, the probabilities first divided by their sum."""

import math

from harness.cases.problem import Array
from harness.operators.losses import CategoricalCrossentropy
from impls.loops._elements import rows, stored
from impls.loops._floating_point import quotient
from impls.loops.activations.softmax import softmax
from impls.loops.losses._clipped_probability import Clip, clip_in_the_format_of
from impls.loops.losses._log_softmax import log_softmax

Row = list[float]


def forward(loss: CategoricalCrossentropy, y_true: Array, y_pred: Array) -> Array:
    """Return the loss, a scalar, of targets and predictions (batch, …, classes)."""
    clip = clip_in_the_format_of(y_pred)
    samples = rows(y_pred)
    total = 0.0
    for targets, prediction in zip(rows(y_true), samples, strict=True):
        log_p = log_softmax(prediction) if loss.from_logits else [math.log(clip(p)) for p in _normalized(prediction)]
        for y_i, log_p_i in zip(targets, log_p, strict=True):
            total -= y_i * log_p_i
    return stored(total / len(samples), y_pred.dtype)


def backward(loss: CategoricalCrossentropy, y_true: Array, y_pred: Array) -> Array:
    """Return the gradient with respect to y_pred, its shape."""
    clip = clip_in_the_format_of(y_pred)
    samples = rows(y_pred)
    gradient = []
    for targets, prediction in zip(rows(y_true), samples, strict=True):
        of_row = _of_logits(targets, prediction) if loss.from_logits else _of_shares(targets, prediction, clip)
        gradient.append([derivative / len(samples) for derivative in of_row])
    return stored(gradient, y_pred.dtype).reshape(y_pred.shape)


def _of_logits(targets: Row, logits: Row) -> Row:
    # The sum is 1 for probabilities; with it this is the derivative for any targets.
    total = sum(targets)
    return [p_i * total - y_i for p_i, y_i in zip(softmax(logits), targets, strict=True)]


def _of_shares(targets: Row, prediction: Row, clip: Clip) -> Row:
    """Return the derivatives where p_i = prediction_i / total, so that each prediction also moves every other p."""
    p = _normalized(prediction)
    dp = [-y_i / p_i if clip.passes(p_i) else 0.0 for y_i, p_i in zip(targets, p, strict=True)]
    through_the_total = sum(dp_i * p_i for dp_i, p_i in zip(dp, p, strict=True))
    return [quotient(dp_i - through_the_total, sum(prediction)) for dp_i in dp]


def _normalized(prediction: Row) -> Row:
    total = sum(prediction)
    return [quotient(share, total) for share in prediction]
