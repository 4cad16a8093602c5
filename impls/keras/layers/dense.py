"""Dense by Keras."""

import keras

from harness.operators.layers import Dense
from impls.keras.activations import keras_activation
from impls.keras.layers import REPLACED


def build(layer: Dense, dtype: str) -> keras.layers.Layer:
    """Return the Keras layer, not yet built."""
    return keras.layers.Dense(
        units=layer.units,
        use_bias=layer.use_bias,
        activation=keras_activation(layer.fused_activation),
        kernel_initializer=REPLACED,
        dtype=dtype,
    )
