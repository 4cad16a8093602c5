"""linear by Keras."""

from collections.abc import Callable
from typing import Any

import keras

from harness.operators.activations import Linear


def build(activation: Linear) -> Callable[[Any], Any]:
    """Return Keras's function."""
    function: Callable[[Any], Any] = keras.activations.linear
    return function
