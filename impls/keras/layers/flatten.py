"""Flatten by Keras."""

import keras

from harness.operators.layers import Flatten


def build(layer: Flatten, dtype: str) -> keras.layers.Layer:
    """Return the Keras layer, not yet built."""
    return keras.layers.Flatten(
        dtype=dtype,
    )
