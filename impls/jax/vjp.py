"""Operators out of functions of arrays: the function is the forward pass, ``jax.vjp`` gives the backward pass.

Functions are compiled as wholes: uncompiled, JAX compiles every primitive of them by itself, which takes longer.
"""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np

from harness.cases.problem import Array
from harness.operators.activations import Activation
from harness.operators.layers import Layer
from harness.operators.losses import Loss

Tensor = Any
Pullback = Callable[[Tensor], Any]
# Of a layer, its parameters and statistics by name, and one array for each of its inputs.
LayerFunction = Callable[..., Tensor]


class LayerOperator:
    """A layer kind.

    Args:
        function: of the layer, its weights by name and its inputs, ``(batch, height, width, channels)`` or
            ``(batch, features)``; returns the output.
    """

    def __init__(self, function: LayerFunction) -> None:
        self._function = jax.jit(function, static_argnums=0)

    def forward(
        self, layer: Layer, weights: Mapping[str, Array], x: Array | tuple[Array, ...]
    ) -> tuple[Array, Pullback]:
        inputs = x if isinstance(x, tuple) else (x,)
        trainable = layer.parameters(*(array.shape[1:] for array in inputs))

        def output(parameters: Mapping[str, Tensor], *inputs: Tensor) -> Tensor:
            return self._function(layer, {**weights, **parameters}, *inputs)

        y, pullback = jax.vjp(output, {name: weights[name] for name in trainable}, *inputs)
        return np.asarray(y), pullback

    def backward(
        self, layer: Layer, weights: Mapping[str, Array], cache: Pullback, dy: Array
    ) -> tuple[Array | tuple[Array, ...], Mapping[str, Array]]:
        parameters, *inputs = cache(dy)
        dx = tuple(map(np.asarray, inputs))
        return dx if len(dx) > 1 else dx[0], {name: np.asarray(gradient) for name, gradient in parameters.items()}


class StatefulLayerOperator(LayerOperator):
    """A layer kind with statistics, which need its input again: the cache is the pullback and x."""

    def forward(self, layer: Layer, weights: Mapping[str, Array], x: Any) -> tuple[Array, Any]:
        y, pullback = super().forward(layer, weights, x)
        return y, (pullback, x)

    def backward(
        self, layer: Layer, weights: Mapping[str, Array], cache: Any, dy: Array
    ) -> tuple[Array | tuple[Array, ...], Mapping[str, Array]]:
        return super().backward(layer, weights, cache[0], dy)


class ActivationOperator:
    """An activation.

    Args:
        function: of the activation and its input; returns the output.
    """

    def __init__(self, function: Callable[[Any, Tensor], Tensor]) -> None:
        self._function = jax.jit(function, static_argnums=0)

    def forward(self, activation: Activation, x: Array) -> tuple[Array, Pullback]:
        y, pullback = jax.vjp(lambda x: self._function(activation, x), x)
        return np.asarray(y), pullback

    def backward(self, activation: Activation, cache: Pullback, dy: Array) -> Array:
        (dx,) = cache(dy)
        return np.asarray(dx)


class LossOperator:
    """A loss.

    Args:
        function: of the loss, the targets and the predictions; returns a scalar.
    """

    def __init__(self, function: Callable[[Any, Tensor, Tensor], Tensor]) -> None:
        self._function = jax.jit(function, static_argnums=0)

    def forward(self, loss: Loss, y_true: Array, y_pred: Array) -> Array:
        return np.asarray(self._function(loss, y_true, y_pred))

    def backward(self, loss: Loss, y_true: Array, y_pred: Array) -> Array:
        return np.asarray(jax.grad(lambda prediction: self._function(loss, y_true, prediction))(y_pred))
