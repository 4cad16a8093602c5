"""Keras's objects as operators that JAX differentiates."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import jax
import numpy as np

from harness.cases.problem import Array
from harness.operators.activations import ACTIVATIONS
from harness.operators.layers import LAYERS, Activation, Layer
from harness.operators.losses import LOSSES
from harness.operators.optimizers import OPTIMIZERS
from harness.operators.specification import Specification
from impls.jax.vjp import ActivationOperator, LayerOperator, LossOperator, Pullback, StatefulLayerOperator
from impls.keras_jax import stateless

Tensor = Any


class StatisticsOperator(StatefulLayerOperator):
    """A layer kind with statistics, which infers with them."""

    def infer(self, layer: Layer, weights: Mapping[str, Array], x: Array) -> Array:
        """Return y, the shape of x."""
        y, _ = stateless.called(stateless.built_layer(layer, (x,)), weights, (x,), training=False)
        return np.asarray(y)

    def moving(self, layer: Layer, weights: Mapping[str, Array], cache: tuple[Pullback, Array]) -> Mapping[str, Array]:
        """Return the moving statistics after the step, by name."""
        x = cache[1]
        _, after = stateless.called(stateless.built_layer(layer, (x,)), weights, (x,), training=True)
        return {name: np.asarray(statistic) for name, statistic in after.items()}


def _output(layer: Layer, weights: Mapping[str, Tensor], *inputs: Tensor) -> Tensor:
    # Keras makes its variables while JAX compiles; they must not become part of what is compiled.
    with jax.ensure_compile_time_eval():
        own = stateless.built_layer(layer, inputs)
    y, _ = stateless.called(own, weights, inputs, training=True)
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
