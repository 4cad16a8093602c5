"""Keras's own objects by name: a specification's fields are the arguments of what Keras has under the same name.

What the fields do not say is said here and nowhere else: layers and losses are told their format, nothing draws random
weights, and an activation is a function. A specification that Keras has under no name, or with other arguments, brings
its object itself, see ``BringsKeras``.
"""

import inspect
from collections.abc import Callable
from dataclasses import fields
from functools import partial
from typing import Any, Protocol, runtime_checkable

import keras

from harness.errors import HarnessError, Unsupported
from harness.operators.activations import Activation
from harness.operators.layers import Layer
from harness.operators.losses import Loss
from harness.operators.optimizers import Optimizer
from harness.operators.specification import Specification

# What a specification is, in a word, and the module of Keras where its like is found.
MODULES = {
    Layer: ("layer", "layers"),
    Activation: ("activation", "activations"),
    Loss: ("loss", "losses"),
    Optimizer: ("optimizer", "optimizers"),
}
# Fields of every layer that say where it is in its network, which Keras does not ask.
PLACING = {field.name for field in fields(Layer)}
# Every Problem brings its own weights: drawing random ones first would only take time.
REPLACED = "zeros"


@runtime_checkable
class BringsKeras(Protocol):
    """A specification that says itself what it is in Keras."""

    def to_keras(self, dtype: str) -> Any:
        """Return Keras's object: a layer not yet built, a function of a tensor, a loss or an optimizer.

        Args:
            dtype: the format to compute in, ``float32`` or ``float64``; layers and losses of Keras have to be told.
        """


def built(specification: Specification, dtype: str) -> Any:
    """Return Keras's object for a specification: a layer not yet built, a function, a loss or an optimizer.

    Args:
        specification: whoever brings its class. What it is made of, such as the activation of a layer, becomes
            Keras's too.
        dtype: the format to compute in. An optimizer is not told, and keeps its learning rate in float32.

    Raises:
        Unsupported: Keras has nothing of that name, and the specification has no ``to_keras``.
        HarnessError: Keras does not accept the fields as arguments.
    """
    if isinstance(specification, BringsKeras):
        return specification.to_keras(dtype)
    found = _found(specification)
    arguments = {name: REPLACED for name in inspect.signature(found).parameters if name.endswith("_initializer")}
    for field in fields(specification):  # type: ignore[arg-type]  # a dataclass, if a concrete one
        if field.name not in PLACING:
            value = getattr(specification, field.name)
            arguments[field.name] = built(value, dtype) if isinstance(value, Specification) else value
    if isinstance(specification, (Layer, Loss)):
        arguments["dtype"] = dtype
    try:
        if isinstance(specification, Activation):
            # Whether it takes them is asked here, and not when it is first called.
            inspect.signature(found).bind(..., **arguments)
            return partial(found, **arguments)
        return found(**arguments)
    except (TypeError, ValueError) as refused:
        raise HarnessError(
            f"{specification.kind} expected Keras's {found.__name__} to take its fields as arguments: {refused}. "
            "Where they are others, to_keras(self, dtype) of its class returns Keras's object."
        ) from refused


def _found(specification: Specification) -> Callable[..., Any]:
    what, module = next(words for kind, words in MODULES.items() if isinstance(specification, kind))
    name = specification.keras_name if isinstance(specification, Activation) else specification.kind
    found: Callable[..., Any] | None = getattr(getattr(keras, module), name, None)
    if found is None:
        raise Unsupported(
            f"Keras has no {what} {name}: expected one of that name in keras.{module}, "
            f"or a method to_keras(self, dtype) of {specification.kind} that returns Keras's object."
        )
    return found


def takes_training(layer: Any) -> bool:
    """Say whether the call of a layer of Keras asks whether it is in training."""
    return "training" in inspect.signature(layer.call).parameters
