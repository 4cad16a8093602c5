"""selu: y = SCALE x where x > 0, else SCALE ALPHA (exp(x) - 1); the derivative at 0 is SCALE, as in TensorFlow.

See ``_exponential_unit``.
"""

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.operators.activations._blocks import backward_in_blocks, forward_in_blocks
from harness.operators.activations._exponential_unit import ExponentialUnit
from harness.operators.activations.activation import Activation

SCALE = 1.0507009873554805
ALPHA = 1.6732632423543772
UNIT = ExponentialUnit(slope=SCALE, height=SCALE * ALPHA, positive_at_zero=True)


class Selu(Activation):
    """``y = SCALE * x`` where x > 0, else ``SCALE * ALPHA * (exp(x) - 1)``."""

    @forward_in_blocks
    def forward(self, x: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return y, the shape of x."""
        return UNIT.forward(x, arithmetic)

    @backward_in_blocks
    def backward(self, x: Estimate, y: Estimate, dy: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the gradient with respect to x, the shape of dy."""
        return UNIT.backward(x, y, dy, arithmetic)
