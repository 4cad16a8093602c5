"""linear: y = x."""

from harness.operators.activations.activation import Activation


class Linear(Activation):
    """``y = x``."""

    is_identity = True
