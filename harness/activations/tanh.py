"""tanh: y = tanh(x)."""

from harness.activations.activation import Activation


class Tanh(Activation):
    """``y = tanh(x)``."""
