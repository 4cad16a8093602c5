"""linear: y = x, dx = dy. Nothing is rounded; errors pass as they come."""

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.operators.activations import Linear


def forward(activation: Linear, x: Estimate, arithmetic: Arithmetic) -> Estimate:
    """Return x."""
    return x


def backward(activation: Linear, x: Estimate, y: Estimate, dy: Estimate, arithmetic: Arithmetic) -> Estimate:
    """Return dy."""
    return dy
