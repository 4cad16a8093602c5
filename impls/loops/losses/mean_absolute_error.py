"""mean_absolute_error: mean of |y_pred - y_true| over samples and outputs; the gradient at 0 is 0."""

from harness.cases.problem import Array
from harness.operators.losses import MeanAbsoluteError
from impls.loops._elements import each, numbers, stored


def forward(loss: MeanAbsoluteError, y_true: Array, y_pred: Array) -> Array:
    """Return the loss, a scalar, of targets and predictions of one shape."""
    total = 0.0
    for y, p in zip(numbers(y_true), numbers(y_pred), strict=True):
        total += abs(p - y)
    return stored(total / y_pred.size, y_pred.dtype)


def backward(loss: MeanAbsoluteError, y_true: Array, y_pred: Array) -> Array:
    """Return the gradient with respect to y_pred, its shape."""
    return each(lambda p, y: _sign(p - y) / y_pred.size, y_pred, y_true)


def _sign(error: float) -> float:
    if error > 0:
        return 1.0
    # Neither above nor below: 0, or NaN where the error is one.
    return -1.0 if error < 0 else error
