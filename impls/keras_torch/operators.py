"""Keras's objects as operators that autograd differentiates."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from harness.cases.problem import Array
from harness.operators.activations import ACTIVATIONS
from harness.operators.layers import LAYERS, Activation, BatchNormalization, Layer
from harness.operators.losses import LOSSES
from harness.operators.optimizers import OPTIMIZERS
from harness.operators.specification import Specification
from impls.keras_jax import stateless
from impls.torch.autograd import ActivationOperator, LayerOperator, LossOperator, Recorded, numpy, tensor

Tensor = Any


class BatchNormalizationOperator(LayerOperator):
    """Batch normalization, which also has statistics and another way of inference."""

    def infer(self, layer: BatchNormalization, weights: Mapping[str, Array], x: Array) -> Array:
        """Return y, the shape of x."""
        y, _ = _called(layer, weights, tensor(x), training=False)
        return numpy(y)

    def moving(self, layer: BatchNormalization, weights: Mapping[str, Array], cache: Recorded) -> Mapping[str, Array]:
        """Return the moving statistics after the step, each (channels,)."""
        _, after = _called(layer, weights, cache.inputs[0].detach(), training=True)
        return {name: numpy(statistic) for name, statistic in after.items()}


def _called(
    layer: BatchNormalization, weights: Mapping[str, Array], x: Tensor, training: bool
) -> tuple[Tensor, Mapping[str, Tensor]]:
    tensors = {name: tensor(array) for name, array in weights.items()}
    return stateless.called(stateless.built_layer(layer, (x,)), tensors, (x,), training)


def _output(layer: Layer, weights: Mapping[str, Tensor], *inputs: Tensor) -> Tensor:
    y, _ = stateless.called(stateless.built_layer(layer, inputs), weights, inputs, training=True)
    return y


_LAYERS = [kind for kind in LAYERS.values() if kind not in (Activation, BatchNormalization)]
OPERATORS: Mapping[type[Specification], Any] = MappingProxyType(
    {
        **dict.fromkeys(_LAYERS, LayerOperator(_output)),
        BatchNormalization: BatchNormalizationOperator(_output),
        **dict.fromkeys(ACTIVATIONS.values(), ActivationOperator(stateless.activation_function)),
        **dict.fromkeys(LOSSES.values(), LossOperator(stateless.loss_function)),
        **dict.fromkeys(OPTIMIZERS.values(), stateless.OptimizerOperator()),
    }
)
