"""How each activation specification becomes Keras's function, one file each."""

import importlib
from collections.abc import Callable
from typing import Any

from harness.operators.activations import Activation
from harness.operators.specification import file_name


def keras_activation(activation: Activation) -> Callable[[Any], Any]:
    """Return Keras's function for any activation."""
    build: Callable[[Activation], Callable[[Any], Any]]
    build = importlib.import_module(f"{__name__}.{file_name(type(activation))}").build
    return build(activation)
