"""tanh by Keras."""

from collections.abc import Callable
from typing import Any

import keras

from harness.operators.activations import Tanh


def build(activation: Tanh) -> Callable[[Any], Any]:
    """Return Keras's function."""
    function: Callable[[Any], Any] = keras.activations.tanh
    return function
