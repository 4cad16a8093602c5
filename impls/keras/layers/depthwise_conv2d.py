"""DepthwiseConv2D by Keras."""

import keras

from harness.operators.layers import DepthwiseConv2D
from impls.keras.activations import keras_activation
from impls.keras.layers import REPLACED


def build(layer: DepthwiseConv2D, dtype: str) -> keras.layers.Layer:
    """Return the Keras layer, not yet built."""
    return keras.layers.DepthwiseConv2D(
        kernel_size=layer.kernel_size,
        strides=layer.strides,
        padding=layer.padding,
        depth_multiplier=layer.depth_multiplier,
        dilation_rate=layer.dilation_rate,
        use_bias=layer.use_bias,
        activation=keras_activation(layer.fused_activation),
        depthwise_initializer=REPLACED,
        dtype=dtype,
    )
