"""Activation by Keras."""

import keras

from harness.operators.layers import Activation
from impls.keras.activations import keras_activation


def build(layer: Activation, dtype: str) -> keras.layers.Layer:
    """Return the Keras layer, not yet built."""
    return keras.layers.Activation(
        activation=keras_activation(layer.fused_activation),
        dtype=dtype,
    )
