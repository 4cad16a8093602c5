"""softmax by Keras."""

from collections.abc import Callable
from typing import Any

import keras

from harness.operators.activations import Softmax


def build(activation: Softmax) -> Callable[[Any], Any]:
    """Return Keras's function."""
    function: Callable[[Any], Any] = keras.activations.softmax
    return function
