"""Add by Keras."""

import keras

from harness.operators.layers import Add


def build(layer: Add, dtype: str) -> keras.layers.Layer:
    """Return the Keras layer, not yet built."""
    return keras.layers.Add(
        dtype=dtype,
    )
