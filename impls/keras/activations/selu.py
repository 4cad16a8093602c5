"""selu by Keras."""

from collections.abc import Callable
from typing import Any

import keras

from harness.operators.activations import Selu


def build(activation: Selu) -> Callable[[Any], Any]:
    """Return Keras's function."""
    function: Callable[[Any], Any] = keras.activations.selu
    return function
