"""Keras's objects as operators that JAX differentiates."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import jax
import numpy as np

from harness.cases.problem import Array
from harness.operators.activations import ACTIVATIONS
from harness.operators.layers import LAYERS, Activation, BatchNormalization, Layer
from harness.operators.losses import LOSSES
from harness.operators.optimizers import OPTIMIZERS
from harness.operators.specification import Specification
from impls.jax.vjp import ActivationOperator, LayerOperator, LossOperator, Pullback
from impls.keras_jax import stateless

Tensor = Any


class BatchNormalizationOperator(LayerOperator):
    """Batch normalization, which also has statistics and another way of inference."""

    def forward(self, layer: Layer, weights: Mapping[str, Array], x: Any) -> tuple[Array, Any]:
        """Return y, the shape of x, and the cache."""
        y, pullback = super().forward(layer, weights, x)
        return y, (pullback, x)

    def backward(
        self, layer: Layer, weights: Mapping[str, Array], cache: Any, dy: Array
    ) -> tuple[Array | tuple[Array, ...], Mapping[str, Array]]:
        """Return the gradients with respect to x and to each parameter."""
        return super().backward(layer, weights, cache[0], dy)

    def infer(self, layer: BatchNormalization, weights: Mapping[str, Array], x: Array) -> Array:
        """Return y, the shape of x."""
        y, _ = stateless.called(stateless.built_layer(layer, (x,)), weights, (x,), training=False)
        return np.asarray(y)

    def moving(
        self, layer: BatchNormalization, weights: Mapping[str, Array], cache: tuple[Pullback, Array]
    ) -> Mapping[str, Array]:
        """Return the moving statistics after the step, each (channels,)."""
        x = cache[1]
        _, after = stateless.called(stateless.built_layer(layer, (x,)), weights, (x,), training=True)
        return {name: np.asarray(statistic) for name, statistic in after.items()}


def _output(layer: Layer, weights: Mapping[str, Tensor], *inputs: Tensor) -> Tensor:
    # Keras makes its variables while JAX compiles; they must not become part of what is compiled.
    with jax.ensure_compile_time_eval():
        own = stateless.built_layer(layer, inputs)
    y, _ = stateless.called(own, weights, inputs, training=True)
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
