"""sigmoid: y = 1 / (1 + exp(-x))."""

from harness.operators.activations.activation import Activation


class Sigmoid(Activation):
    """``y = 1 / (1 + exp(-x))``."""
