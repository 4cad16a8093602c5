"""mean_absolute_error by Keras."""

import keras

from harness.operators.losses import MeanAbsoluteError


def build(loss: MeanAbsoluteError, dtype: str) -> keras.losses.Loss:
    """Return the Keras loss; without ``dtype`` it would compute in float32 whatever it is given."""
    return keras.losses.MeanAbsoluteError(dtype=dtype)
