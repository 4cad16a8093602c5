"""mean_squared_error: mean of (y_pred - y_true)² over samples and outputs."""

from harness.operators.losses.loss import Loss


class MeanSquaredError(Loss):
    """Mean of (y_pred - y_true)² over samples and outputs."""
