"""MaxPooling2D by Keras."""

import keras

from harness.operators.layers import MaxPooling2D


def build(layer: MaxPooling2D, dtype: str) -> keras.layers.Layer:
    """Return the Keras layer, not yet built."""
    return keras.layers.MaxPooling2D(
        pool_size=layer.pool_size,
        strides=layer.strides,
        padding=layer.padding,
        dtype=dtype,
    )
