"""GlobalAveragePooling2D by Keras."""

import keras

from harness.operators.layers import GlobalAveragePooling2D


def build(layer: GlobalAveragePooling2D, dtype: str) -> keras.layers.Layer:
    """Return the Keras layer, not yet built."""
    return keras.layers.GlobalAveragePooling2D(
        keepdims=layer.keepdims,
        dtype=dtype,
    )
