"""relu by Keras."""

from collections.abc import Callable
from typing import Any

import keras

from harness.operators.activations import Relu


def build(activation: Relu) -> Callable[[Any], Any]:
    """Return Keras's function."""
    function: Callable[[Any], Any] = keras.activations.relu
    return function
