"""ZeroPadding2D by Keras."""

import keras

from harness.operators.layers import ZeroPadding2D


def build(layer: ZeroPadding2D, dtype: str) -> keras.layers.Layer:
    """Return the Keras layer, not yet built."""
    return keras.layers.ZeroPadding2D(
        padding=layer.padding,
        dtype=dtype,
    )
