"""selu: a scaled elu that keeps mean 0 and variance 1 (Klambauer et al., arXiv:1706.02515)."""

from harness.operators.activations.activation import Activation

SCALE = 1.0507009873554805
ALPHA = 1.6732632423543772


class Selu(Activation):
    """``y = SCALE * x`` where x > 0, else ``SCALE * ALPHA * (exp(x) - 1)``."""
