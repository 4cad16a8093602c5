"""Which function of this room computes which operator."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from harness.operators import activations, layers, losses, optimizers
from harness.operators.specification import Specification
from impls.jax import activation_functions, layer_functions, loss_functions
from impls.jax.batch_normalization import BatchNormalizationOperator
from impls.jax.optimizer_triples import AdamOperator, RMSpropOperator, SGDOperator
from impls.jax.vjp import ActivationOperator, LayerOperator, LossOperator

OPERATORS: Mapping[type[Specification], Any] = MappingProxyType(
    {
        layers.Add: LayerOperator(layer_functions.add),
        layers.AveragePooling2D: LayerOperator(layer_functions.average_pooling2d),
        layers.BatchNormalization: BatchNormalizationOperator(),
        layers.Concatenate: LayerOperator(layer_functions.concatenate),
        layers.Conv2D: LayerOperator(layer_functions.conv2d),
        layers.Conv2DTranspose: LayerOperator(layer_functions.conv2d_transpose),
        layers.Dense: LayerOperator(layer_functions.dense),
        layers.DepthwiseConv2D: LayerOperator(layer_functions.depthwise_conv2d),
        layers.Flatten: LayerOperator(layer_functions.flatten),
        layers.GlobalAveragePooling2D: LayerOperator(layer_functions.global_average_pooling2d),
        layers.GlobalMaxPooling2D: LayerOperator(layer_functions.global_max_pooling2d),
        layers.MaxPooling2D: LayerOperator(layer_functions.max_pooling2d),
        layers.Reshape: LayerOperator(layer_functions.reshape),
        layers.ZeroPadding2D: LayerOperator(layer_functions.zero_padding2d),
        activations.Elu: ActivationOperator(activation_functions.elu),
        activations.Gelu: ActivationOperator(activation_functions.gelu),
        activations.LeakyRelu: ActivationOperator(activation_functions.leaky_relu),
        activations.Relu: ActivationOperator(activation_functions.relu),
        activations.Selu: ActivationOperator(activation_functions.selu),
        activations.Sigmoid: ActivationOperator(activation_functions.sigmoid),
        activations.Softmax: ActivationOperator(activation_functions.softmax),
        activations.Softplus: ActivationOperator(activation_functions.softplus),
        activations.Tanh: ActivationOperator(activation_functions.tanh),
        losses.BinaryCrossentropy: LossOperator(loss_functions.binary_crossentropy),
        losses.CategoricalCrossentropy: LossOperator(loss_functions.categorical_crossentropy),
        losses.Huber: LossOperator(loss_functions.huber),
        losses.MeanAbsoluteError: LossOperator(loss_functions.mean_absolute_error),
        losses.MeanSquaredError: LossOperator(loss_functions.mean_squared_error),
        losses.SparseCategoricalCrossentropy: LossOperator(loss_functions.sparse_categorical_crossentropy),
        optimizers.Adam: AdamOperator(),
        optimizers.RMSprop: RMSpropOperator(),
        optimizers.SGD: SGDOperator(),
    }
)
