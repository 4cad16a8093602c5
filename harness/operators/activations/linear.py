"""linear: y = x, dx = dy. Nothing is rounded; errors pass as they come."""

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.numerics.expressions import Expression
from harness.operators.activations.activation import Activation


class Linear(Activation):
    """``y = x``."""

    is_identity = True

    def output(self, x: Expression) -> Expression:
        """Return x."""
        return x

    def forward(self, x: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return x."""
        return x

    def backward(self, x: Estimate, y: Estimate, dy: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return dy."""
        return dy
