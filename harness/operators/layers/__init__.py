"""Layer specifications, one file a layer, with Keras's names, arguments and defaults."""

from collections.abc import Mapping

from harness.operators.discovery import offering, operators_in
from harness.operators.layers.activation import Activation
from harness.operators.layers.add import Add
from harness.operators.layers.average_pooling2d import AveragePooling2D
from harness.operators.layers.batch_normalization import BatchNormalization
from harness.operators.layers.concatenate import Concatenate
from harness.operators.layers.conv2d import Conv2D
from harness.operators.layers.conv2d_transpose import Conv2DTranspose
from harness.operators.layers.dense import Dense
from harness.operators.layers.depthwise_conv2d import DepthwiseConv2D
from harness.operators.layers.flatten import Flatten
from harness.operators.layers.global_average_pooling2d import GlobalAveragePooling2D
from harness.operators.layers.global_max_pooling2d import GlobalMaxPooling2D
from harness.operators.layers.layer import Layer
from harness.operators.layers.max_pooling2d import MaxPooling2D
from harness.operators.layers.reshape import Reshape
from harness.operators.layers.zero_padding2d import ZeroPadding2D
from harness.operators.specification import snake_case

LAYERS: Mapping[str, type[Layer]] = operators_in(__name__, __path__, Layer)
# A new file needs no line here: names that are imported above are those that annotations use.
__getattr__ = offering(__name__, LAYERS)

__all__ = [
    "LAYERS",
    "Activation",
    "Add",
    "AveragePooling2D",
    "BatchNormalization",
    "Concatenate",
    "Conv2D",
    "Conv2DTranspose",
    "Dense",
    "DepthwiseConv2D",
    "Flatten",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "Layer",
    "MaxPooling2D",
    "Reshape",
    "ZeroPadding2D",
    "snake_case",
]
