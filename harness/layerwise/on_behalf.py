"""What the harness computes where a layerwise implementation gives no operator: float64 definitions, never judged."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from harness.cases.problem import Array
from harness.numerics import FLOAT64, Estimate, arithmetic_of
from harness.operators import losses, optimizers
from harness.operators.layers import Activation


class Loss:
    """Losses by their definitions in the verdict."""

    def forward(self, loss: losses.Loss, y_true: Array, y_pred: Array) -> Array:
        """Return the loss, a scalar in the format of the prediction."""
        return _computed(loss.forward, y_true, y_pred)

    def backward(self, loss: losses.Loss, y_true: Array, y_pred: Array) -> Array:
        """Return the gradient with respect to the prediction, in its format."""
        return _computed(loss.backward, y_true, y_pred)


class Optimizer:
    """Optimizers by their definitions in the verdict."""

    def update(
        self, optimizer: optimizers.Optimizer, step: int, weight: Array, gradient: Array, slots: Mapping[str, Any]
    ) -> tuple[Array, Mapping[str, Any]]:
        """Return the parameter after the step, in its format, and the optimizer's slots."""
        # What an implementation hands on may be anything; what comes of it is judged where it is compared.
        with np.errstate(all="ignore"):
            new_weight, new_slots = optimizer.update(
                step, Estimate.exact(weight), Estimate.exact(gradient), slots, FLOAT64
            )
            return np.asarray(new_weight.value, dtype=weight.dtype), new_slots


class Identity:
    """The linear part of an Activation layer: there is none."""

    def forward(self, layer: Activation, weights: Mapping[str, Array], x: Array) -> tuple[Array, None]:
        """Return x."""
        return x, None

    def backward(
        self, layer: Activation, weights: Mapping[str, Array], cache: None, dy: Array
    ) -> tuple[Array, Mapping[str, Array]]:
        """Return dy."""
        return dy, {}


def _computed(function: Callable[..., Estimate], y_true: Array, y_pred: Array) -> Array:
    # The working precision's own constants: a float64 clip of float32 probabilities is another function.
    arithmetic = arithmetic_of(y_pred.dtype.name)
    with np.errstate(all="ignore"):
        estimate = function(y_true.astype(np.float64), Estimate.exact(y_pred), arithmetic)
        return np.asarray(estimate.value, dtype=y_pred.dtype)
