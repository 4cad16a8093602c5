"""gelu by Keras."""

from collections.abc import Callable
from functools import partial
from typing import Any

import keras

from harness.operators.activations import Gelu


def build(activation: Gelu) -> Callable[[Any], Any]:
    """Return Keras's function with its argument set."""
    return partial(keras.activations.gelu, approximate=False)
