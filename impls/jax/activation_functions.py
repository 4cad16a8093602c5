"""Activations by JAX, whose functions have the names and arguments that Keras's have."""

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

import jax

from harness.errors import Unsupported
from harness.operators.activations import Activation

Tensor = Any

# What JAX has to be told to compute what Keras does.
ARGUMENTS: Mapping[str, Mapping[str, Any]] = MappingProxyType({"gelu": {"approximate": False}})


def activation_function(activation: Activation, x: Tensor) -> Tensor:
    """Return the activation of x.

    Raises:
        Unsupported: JAX has no function of its name.
    """
    name = activation.keras_name
    if not hasattr(jax.nn, name):
        raise Unsupported(f"jax.nn has no {name}")
    return getattr(jax.nn, name)(x, **asdict(activation), **ARGUMENTS.get(name, {}))
