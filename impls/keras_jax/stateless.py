"""Keras's layers, activations and losses as functions of tensors, whatever the backend, and its optimizers."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

import keras
import numpy as np

from harness.cases.problem import Array
from harness.operators.activations import Activation
from harness.operators.layers import Layer
from harness.operators.losses import Loss
from harness.operators.optimizers import Optimizer
from impls.keras.building import built, takes_training

Tensor = Any
Slots = Mapping[str, Any]
VARIABLE, OBJECT = "variable", "object"


def built_layer(layer: Layer, inputs: tuple[Tensor, ...]) -> Any:
    """Return Keras's layer without its activation, which is an operator of its own, with variables of its own."""
    if any(field.name == "activation" for field in fields(layer)):
        layer = replace(layer, activation=None)  # type: ignore[call-arg]  # it has just been looked for
    own = built(layer, _dtype(inputs[0]))
    shapes = [(None, *x.shape[1:]) for x in inputs]
    own.build(shapes if len(shapes) > 1 else shapes[0])
    return own


def called(
    own: Any, weights: Mapping[str, Tensor], inputs: tuple[Tensor, ...], training: bool
) -> tuple[Tensor, Mapping[str, Tensor]]:
    """Return the output of Keras's layer, and its statistics after that.

    Args:
        own: Keras's layer.
        weights: parameters and statistics by name, in place of its variables.
        inputs: one tensor or several.
        training: whether to normalize with the batch's own statistics.
    """
    trainable = [weights[variable.name] for variable in own.trainable_variables]
    statistics = {variable.name: weights[variable.name] for variable in own.non_trainable_variables}
    arguments = {"training": training} if takes_training(own) else {}
    x = list(inputs) if len(inputs) > 1 else inputs[0]
    y, after = own.stateless_call(trainable, list(statistics.values()), x, **arguments)
    return y, dict(zip(statistics, after, strict=True))


def activation_function(activation: Activation, x: Tensor) -> Tensor:
    """Return an activation's output."""
    return built(activation, _dtype(x))(x)


def loss_function(loss: Loss, y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Return a loss, a scalar."""
    return built(loss, _dtype(y_pred))(y_true, y_pred)


class OptimizerOperator:
    """Any optimizer of Keras, one object for each parameter, which keeps its slots itself."""

    def update(
        self, optimizer: Optimizer, step: int, weight: Array, gradient: Array, slots: Slots
    ) -> tuple[Array, Slots]:
        """Return the parameter after the step, and the slots."""
        if not slots:
            variable = keras.Variable(weight, dtype=weight.dtype.name)
            slots = {VARIABLE: variable, OBJECT: built(optimizer, weight.dtype.name)}
            slots[OBJECT].build([variable])
        slots[OBJECT].apply([keras.ops.convert_to_tensor(gradient)], [slots[VARIABLE]])
        return np.array(keras.ops.convert_to_numpy(slots[VARIABLE].value)), slots


def _dtype(x: Tensor) -> str:
    standard: Callable[[Any], str] = keras.backend.standardize_dtype
    return standard(x.dtype)
