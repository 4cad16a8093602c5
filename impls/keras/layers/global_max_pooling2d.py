"""GlobalMaxPooling2D by Keras."""

import keras

from harness.operators.layers import GlobalMaxPooling2D


def build(layer: GlobalMaxPooling2D, dtype: str) -> keras.layers.Layer:
    """Return the Keras layer, not yet built."""
    return keras.layers.GlobalMaxPooling2D(
        keepdims=layer.keepdims,
        dtype=dtype,
    )
