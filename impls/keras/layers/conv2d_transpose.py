"""Conv2DTranspose by Keras."""

import keras

from harness.operators.layers import Conv2DTranspose
from impls.keras.activations import keras_activation
from impls.keras.layers import REPLACED


def build(layer: Conv2DTranspose, dtype: str) -> keras.layers.Layer:
    """Return the Keras layer, not yet built."""
    return keras.layers.Conv2DTranspose(
        filters=layer.filters,
        kernel_size=layer.kernel_size,
        strides=layer.strides,
        padding=layer.padding,
        use_bias=layer.use_bias,
        activation=keras_activation(layer.fused_activation),
        kernel_initializer=REPLACED,
        dtype=dtype,
    )
