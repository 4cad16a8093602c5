"""Reshape by Keras."""

import keras

from harness.operators.layers import Reshape


def build(layer: Reshape, dtype: str) -> keras.layers.Layer:
    """Return the Keras layer, not yet built."""
    return keras.layers.Reshape(
        target_shape=layer.target_shape,
        dtype=dtype,
    )
