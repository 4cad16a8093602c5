"""categorical_crossentropy by Keras."""

import keras

from harness.operators.losses import CategoricalCrossentropy


def build(loss: CategoricalCrossentropy, dtype: str) -> keras.losses.Loss:
    """Return the Keras loss; without ``dtype`` it would compute in float32 whatever it is given."""
    return keras.losses.CategoricalCrossentropy(from_logits=loss.from_logits, dtype=dtype)
