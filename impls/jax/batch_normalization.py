"""BatchNormalization by JAX."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from harness.cases.problem import Array
from harness.operators.layers import BatchNormalization
from impls.jax.vjp import Pullback, StatefulLayerOperator

Tensor = Any


class BatchNormalizationOperator(StatefulLayerOperator):
    """``standardize``, with the batch's own statistics in training and the moving ones in inference."""

    def __init__(self) -> None:
        super().__init__(_with_own_statistics)

    def infer(self, layer: BatchNormalization, weights: Mapping[str, Array], x: Array) -> Array:
        """Return y, the shape of x."""
        return np.asarray(_normalized(layer, weights, x, weights["moving_mean"], weights["moving_variance"]))

    def moving(
        self, layer: BatchNormalization, weights: Mapping[str, Array], cache: tuple[Pullback, Array]
    ) -> Mapping[str, Array]:
        """Return the moving statistics after the step, each (channels,)."""
        x = jnp.asarray(cache[1])
        keep, axes = layer.momentum, tuple(range(x.ndim - 1))
        return {
            name: np.asarray(keep * jnp.asarray(weights[name]) + (1 - keep) * of_batch)
            for name, of_batch in (("moving_mean", x.mean(axes)), ("moving_variance", x.var(axes)))
        }


def _with_own_statistics(layer: BatchNormalization, weights: Mapping[str, Tensor], x: Tensor) -> Tensor:
    axes = tuple(range(x.ndim - 1))
    return _normalized(layer, weights, x, x.mean(axes), x.var(axes))


def _normalized(
    layer: BatchNormalization, weights: Mapping[str, Tensor], x: Tensor, mean: Tensor, variance: Tensor
) -> Tensor:
    y = jax.nn.standardize(x, mean=mean, variance=variance, epsilon=layer.epsilon)
    y = weights["gamma"] * y if layer.scale else y
    return y + weights["beta"] if layer.center else y
