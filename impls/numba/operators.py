"""Which loops compute which operator."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from harness.operators import activations, layers, optimizers
from harness.operators.specification import Specification
from impls.numba import activations as scalar
from impls.numba import convolutions, losses, pooling, rearranging
from impls.numba.activations import ElementwiseOperator
from impls.numba.batch_normalization import BatchNormalizationOperator
from impls.numba.optimizers import AdamOperator, RMSpropOperator, SGDOperator

OPERATORS: Mapping[type[Specification], Any] = MappingProxyType(
    {
        layers.Add: rearranging.Add(),
        layers.AveragePooling2D: pooling.AveragePooling(),
        layers.BatchNormalization: BatchNormalizationOperator(),
        layers.Concatenate: rearranging.Concatenate(),
        layers.Conv2D: convolutions.Convolution(),
        layers.Conv2DTranspose: convolutions.TransposedConvolution(),
        layers.Dense: convolutions.Dense(),
        layers.DepthwiseConv2D: convolutions.DepthwiseConvolution(),
        layers.Flatten: rearranging.Reshaped(),
        layers.GlobalAveragePooling2D: pooling.GlobalAveragePooling(),
        layers.GlobalMaxPooling2D: pooling.GlobalMaxPooling(),
        layers.MaxPooling2D: pooling.MaxPooling(),
        layers.Reshape: rearranging.Reshaped(),
        layers.ZeroPadding2D: rearranging.ZeroPadding(),
        activations.Elu: ElementwiseOperator(scalar.elu, scalar.elu_slope, "alpha"),
        activations.Gelu: ElementwiseOperator(scalar.gelu, scalar.gelu_slope),
        activations.LeakyRelu: ElementwiseOperator(scalar.leaky_relu, scalar.leaky_relu_slope, "negative_slope"),
        activations.Relu: ElementwiseOperator(scalar.relu, scalar.relu_slope),
        activations.Selu: ElementwiseOperator(scalar.selu, scalar.selu_slope),
        activations.Sigmoid: ElementwiseOperator(scalar.sigmoid, scalar.sigmoid_slope),
        activations.Softmax: scalar.SoftmaxOperator(),
        activations.Softplus: ElementwiseOperator(scalar.softplus, scalar.sigmoid),
        activations.Tanh: ElementwiseOperator(scalar.tanh, scalar.tanh_slope),
        **losses.OPERATORS,
        optimizers.Adam: AdamOperator(),
        optimizers.RMSprop: RMSpropOperator(),
        optimizers.SGD: SGDOperator(),
    }
)
