"""mean_squared_error by Keras."""

import keras

from harness.operators.losses import MeanSquaredError


def build(loss: MeanSquaredError, dtype: str) -> keras.losses.Loss:
    """Return the Keras loss; without ``dtype`` it would compute in float32 whatever it is given."""
    return keras.losses.MeanSquaredError(dtype=dtype)
