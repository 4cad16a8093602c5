"""elu: y = x where x > 0, else alpha (exp(x) - 1); the derivative at 0 is alpha. See ``_exponential_unit``."""

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.numerics.expressions import Expression, chosen, exp, expm1
from harness.operators.activations._blocks import backward_in_blocks, forward_in_blocks
from harness.operators.activations._exponential_unit import ExponentialUnit
from harness.operators.activations.activation import Activation
from harness.operators.specification import is_number


class Elu(Activation):
    """``y = x where x > 0, else alpha * (exp(x) - 1)``."""

    alpha: float = 1.0

    def __post_init__(self) -> None:
        self.expect(is_number(self.alpha), "alpha", "a number")
        self.normalize("alpha", float(self.alpha))

    samples = ({}, {"alpha": 0.7})

    def output(self, x: Expression) -> Expression:
        """Return y, the shape of x."""
        return chosen(x, x.value > 0, x, self.alpha * expm1(chosen(x, x.value > 0, 0.0, x)))

    def formulations(self, x: Expression) -> tuple[Expression, ...]:
        """Return y, also by the definition as it stands."""
        below = chosen(x, x.value > 0, 0.0, x)
        return self.output(x), chosen(x, x.value > 0, x, self.alpha * (exp(below) - 1.0))

    def slopes(self, x: Expression, y: Expression) -> tuple[Expression, ...]:
        """Return the derivative: alpha exp(x), or y + alpha, on the negative side."""
        below = chosen(x, x.value > 0, 0.0, x)
        return (
            chosen(x, x.value > 0, 1.0, self.alpha * exp(below)),
            chosen(y, y.value > 0, 1.0, y + self.alpha),
        )

    @forward_in_blocks
    def forward(self, x: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return y, the shape of x."""
        return _unit(self).forward(x, arithmetic)

    @backward_in_blocks
    def backward(self, x: Estimate, y: Estimate, dy: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the gradient with respect to x, the shape of dy."""
        return _unit(self).backward(x, y, dy, arithmetic)


def _unit(activation: Elu) -> ExponentialUnit:
    return ExponentialUnit(slope=1.0, height=activation.alpha, positive_at_zero=False)
