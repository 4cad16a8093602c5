"""huber: mean over samples and outputs of e²/2 where |e| <= delta, else delta * |e| - delta²/2."""

from harness.cases.problem import Array
from harness.operators.losses import Huber
from impls.loops._elements import each, numbers, stored


def forward(loss: Huber, y_true: Array, y_pred: Array) -> Array:
    """Return the loss, a scalar, of targets and predictions of one shape."""
    total = 0.0
    for y, p in zip(numbers(y_true), numbers(y_pred), strict=True):
        distance = abs(p - y)
        if distance <= loss.delta:
            total += 0.5 * distance * distance
        else:
            # delta * distance - delta²/2 without the cancellation of nearly equal numbers.
            total += loss.delta * (distance - 0.5 * loss.delta)
    return stored(total / y_pred.size, y_pred.dtype)


def backward(loss: Huber, y_true: Array, y_pred: Array) -> Array:
    """Return the gradient with respect to y_pred, its shape: the error, no further than delta from 0."""
    return each(lambda p, y: min(max(p - y, -loss.delta), loss.delta) / y_pred.size, y_pred, y_true)
