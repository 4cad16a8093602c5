"""Activations by torch, whose functions have the names and arguments that Keras's have."""

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

import torch.nn.functional as F  # noqa: N812  # the name it has everywhere

from harness.errors import Unsupported
from harness.operators.activations import Activation

Tensor = Any

# What torch has to be told to compute what Keras does.
ARGUMENTS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "softmax": {"dim": -1},
        # From here on softplus returns its input. By default that is 20, where log1p(exp(x)) is still another float64
        # number; from 40 on it is not.
        "softplus": {"threshold": 40.0},
    }
)


def activation_function(activation: Activation, x: Tensor) -> Tensor:
    """Return the activation of x.

    Raises:
        Unsupported: torch has no function of its name.
    """
    name = activation.keras_name
    if not hasattr(F, name):
        raise Unsupported(f"torch.nn.functional has no {name}")
    return getattr(F, name)(x, **asdict(activation), **ARGUMENTS.get(name, {}))
