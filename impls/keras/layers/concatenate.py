"""Concatenate by Keras."""

import keras

from harness.operators.layers import Concatenate


def build(layer: Concatenate, dtype: str) -> keras.layers.Layer:
    """Return the Keras layer, not yet built."""
    return keras.layers.Concatenate(
        dtype=dtype,
    )
