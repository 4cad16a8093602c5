"""relu: y = max(x, 0), with relu'(0) = 0."""

from harness.operators.activations.activation import Activation


class Relu(Activation):
    """``y = max(x, 0), with relu'(0) = 0``."""

    bends_at_zero = True
