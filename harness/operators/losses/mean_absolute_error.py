"""mean_absolute_error: mean of |y_pred - y_true| over samples and outputs; the gradient at 0 is 0."""

from harness.operators.losses.loss import Loss


class MeanAbsoluteError(Loss):
    """Mean of |y_pred - y_true| over samples and outputs; the gradient at 0 is 0."""
