"""BatchNormalization by Keras."""

import keras

from harness.operators.layers import BatchNormalization


def build(layer: BatchNormalization, dtype: str) -> keras.layers.Layer:
    """Return the Keras layer, not yet built."""
    return keras.layers.BatchNormalization(
        momentum=layer.momentum,
        epsilon=layer.epsilon,
        center=layer.center,
        scale=layer.scale,
        dtype=dtype,
    )
