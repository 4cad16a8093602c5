"""gelu: y = x * (1 + erf(x / sqrt(2))) / 2, the exact form and not the tanh approximation."""

from harness.operators.activations.activation import Activation


class Gelu(Activation):
    """``y = x * (1 + erf(x / sqrt(2))) / 2, the exact form and not the tanh approximation``."""
