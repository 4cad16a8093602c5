"""sparse_categorical_crossentropy by Keras."""

import keras

from harness.operators.losses import SparseCategoricalCrossentropy


def build(loss: SparseCategoricalCrossentropy, dtype: str) -> keras.losses.Loss:
    """Return the Keras loss; without ``dtype`` it would compute in float32 whatever it is given."""
    return keras.losses.SparseCategoricalCrossentropy(from_logits=loss.from_logits, dtype=dtype)
