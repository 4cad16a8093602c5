"""leaky_relu by Keras."""

from collections.abc import Callable
from functools import partial
from typing import Any

import keras

from harness.operators.activations import LeakyRelu


def build(activation: LeakyRelu) -> Callable[[Any], Any]:
    """Return Keras's function with its argument set."""
    return partial(keras.activations.leaky_relu, negative_slope=activation.negative_slope)
