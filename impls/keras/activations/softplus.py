"""softplus by Keras."""

from collections.abc import Callable
from typing import Any

import keras

from harness.operators.activations import Softplus


def build(activation: Softplus) -> Callable[[Any], Any]:
    """Return Keras's function."""
    function: Callable[[Any], Any] = keras.activations.softplus
    return function
