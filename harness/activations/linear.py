"""linear: y = x."""

from harness.activations.activation import Activation


class Linear(Activation):
    """``y = x``."""
