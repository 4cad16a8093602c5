"""huber by Keras."""

import keras

from harness.operators.losses import Huber


def build(loss: Huber, dtype: str) -> keras.losses.Loss:
    """Return the Keras loss; without ``dtype`` it would compute in float32 whatever it is given."""
    return keras.losses.Huber(delta=loss.delta, dtype=dtype)
