"""sigmoid by Keras."""

from collections.abc import Callable
from typing import Any

import keras

from harness.operators.activations import Sigmoid


def build(activation: Sigmoid) -> Callable[[Any], Any]:
    """Return Keras's function."""
    function: Callable[[Any], Any] = keras.activations.sigmoid
    return function
