"""softplus: y = log(1 + exp(x))."""

from harness.operators.activations.activation import Activation


class Softplus(Activation):
    """``y = log(1 + exp(x))``."""
