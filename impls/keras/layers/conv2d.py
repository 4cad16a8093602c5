"""Conv2D by Keras."""

import keras

from harness.operators.layers import Conv2D
from impls.keras.activations import keras_activation
from impls.keras.layers import REPLACED


def build(layer: Conv2D, dtype: str) -> keras.layers.Layer:
    """Return the Keras layer, not yet built."""
    return keras.layers.Conv2D(
        filters=layer.filters,
        kernel_size=layer.kernel_size,
        strides=layer.strides,
        padding=layer.padding,
        dilation_rate=layer.dilation_rate,
        groups=layer.groups,
        use_bias=layer.use_bias,
        activation=keras_activation(layer.fused_activation),
        kernel_initializer=REPLACED,
        dtype=dtype,
    )
