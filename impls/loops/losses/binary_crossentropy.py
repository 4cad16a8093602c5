"""binary_crossentropy: mean over samples and outputs of -y log p - (1 - y) log(1 - p)."""

import math

from harness.cases.problem import Array
from harness.operators.losses import BinaryCrossentropy
from impls.loops._elements import each, numbers, stored
from impls.loops.activations.sigmoid import sigmoid
from impls.loops.activations.softplus import softplus
from impls.loops.losses._clipped_probability import clip_in_the_format_of


def forward(loss: BinaryCrossentropy, y_true: Array, y_pred: Array) -> Array:
    """Return the loss, a scalar, of targets and predictions of one shape."""
    clip = clip_in_the_format_of(y_pred)
    total = 0.0
    for y, p in zip(numbers(y_true), numbers(y_pred), strict=True):
        if loss.from_logits:
            # With p = sigmoid(z), log p is z - softplus(z) and log(1 - p) is -softplus(z).
            total += softplus(p) - y * p
        else:
            total -= y * math.log(clip(p)) + (1.0 - y) * math.log(1.0 - clip(p))
    return stored(total / y_pred.size, y_pred.dtype)


def backward(loss: BinaryCrossentropy, y_true: Array, y_pred: Array) -> Array:
    """Return the gradient with respect to y_pred, its shape."""
    if loss.from_logits:
        return each(lambda z, y: (sigmoid(z) - y) / y_pred.size, y_pred, y_true)
    clip = clip_in_the_format_of(y_pred)

    def derivative(p: float, y: float) -> float:
        return ((1.0 - y) / (1.0 - p) - y / p) / y_pred.size if clip.passes(p) else 0.0

    return each(derivative, y_pred, y_true)
