"""selu: y = SCALE x where x > 0, else SCALE ALPHA (exp(x) - 1); the derivative at 0 is SCALE, as in TensorFlow.

See ``_exponential_unit``.
"""

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.numerics.expressions import Expression, chosen, exp, expm1
from harness.operators.activations._blocks import backward_in_blocks, forward_in_blocks
from harness.operators.activations._exponential_unit import ExponentialUnit
from harness.operators.activations.activation import Activation

SCALE = 1.0507009873554805
ALPHA = 1.6732632423543772
UNIT = ExponentialUnit(slope=SCALE, height=SCALE * ALPHA, positive_at_zero=True)


class Selu(Activation):
    """``y = SCALE * x`` where x > 0, else ``SCALE * ALPHA * (exp(x) - 1)``."""

    def output(self, x: Expression) -> Expression:
        """Return y, the shape of x."""
        below = expm1(chosen(x, x.value > 0, 0.0, x))
        return chosen(x, x.value > 0, SCALE * x, SCALE * ALPHA * below)

    def formulations(self, x: Expression) -> tuple[Expression, ...]:
        """Return y, also by the definition as it stands."""
        below = chosen(x, x.value > 0, 0.0, x)
        return self.output(x), chosen(x, x.value > 0, SCALE * x, SCALE * ALPHA * (exp(below) - 1.0))

    def slopes(self, x: Expression, y: Expression) -> tuple[Expression, ...]:
        """Return the derivative: SCALE ALPHA exp(x), or y + SCALE ALPHA, on the negative side."""
        below = chosen(x, x.value >= 0, 0.0, x)
        return (
            chosen(x, x.value >= 0, SCALE, SCALE * ALPHA * exp(below)),
            chosen(y, y.value >= 0, SCALE, y + SCALE * ALPHA),
        )

    @forward_in_blocks
    def forward(self, x: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return y, the shape of x."""
        return UNIT.forward(x, arithmetic)

    @backward_in_blocks
    def backward(self, x: Estimate, y: Estimate, dy: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the gradient with respect to x, the shape of dy."""
        return UNIT.backward(x, y, dy, arithmetic)
