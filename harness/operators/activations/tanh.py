"""tanh: y = tanh(x)."""

from harness.operators.activations.activation import Activation


class Tanh(Activation):
    """``y = tanh(x)``."""
