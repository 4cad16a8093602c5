"""Keras's objects as operators that autograd differentiates."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from harness.cases.problem import Array
from harness.operators.activations import ACTIVATIONS
from harness.operators.layers import LAYERS, Activation, Layer
from harness.operators.losses import LOSSES
from harness.operators.optimizers import OPTIMIZERS
from harness.operators.specification import Specification
from impls.keras_jax import stateless
from impls.torch.autograd import ActivationOperator, LayerOperator, LossOperator, Recorded, numpy, tensor

Tensor = Any


class StatisticsOperator(LayerOperator):
    """A layer kind with statistics, which infers with them."""

    def infer(self, layer: Layer, weights: Mapping[str, Array], x: Array) -> Array:
        """Return y, the shape of x."""
        y, _ = _called(layer, weights, tensor(x), training=False)
        return numpy(y)

    def moving(self, layer: Layer, weights: Mapping[str, Array], cache: Recorded) -> Mapping[str, Array]:
        """Return the moving statistics after the step, by name."""
        _, after = _called(layer, weights, cache.inputs[0].detach(), training=True)
        return {name: numpy(statistic) for name, statistic in after.items()}


def _called(
    layer: Layer, weights: Mapping[str, Array], x: Tensor, training: bool
) -> tuple[Tensor, Mapping[str, Tensor]]:
    tensors = {name: tensor(array) for name, array in weights.items()}
    return stateless.called(stateless.built_layer(layer, (x,)), tensors, (x,), training)


def _output(layer: Layer, weights: Mapping[str, Tensor], *inputs: Tensor) -> Tensor:
    y, _ = stateless.called(stateless.built_layer(layer, inputs), weights, inputs, training=True)
    return y


# An activation layer is its activation, which is an operator of its own.
_LAYERS = [kind for kind in LAYERS.values() if kind is not Activation]
OPERATORS: Mapping[type[Specification], Any] = MappingProxyType(
    {
        **dict.fromkeys((kind for kind in _LAYERS if not kind.state_names), LayerOperator(_output)),
        **dict.fromkeys((kind for kind in _LAYERS if kind.state_names), StatisticsOperator(_output)),
        **dict.fromkeys(ACTIVATIONS.values(), ActivationOperator(stateless.activation_function)),
        **dict.fromkeys(LOSSES.values(), LossOperator(stateless.loss_function)),
        **dict.fromkeys(OPTIMIZERS.values(), stateless.OptimizerOperator()),
    }
)
