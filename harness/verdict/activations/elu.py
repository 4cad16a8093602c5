"""elu: y = x where x > 0, else alpha (exp(x) - 1); the derivative at 0 is alpha. See ``_exponential_unit``."""

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.operators.activations import Elu
from harness.verdict.activations._blocks import backward_in_blocks, forward_in_blocks
from harness.verdict.activations._exponential_unit import ExponentialUnit


@forward_in_blocks
def forward(activation: Elu, x: Estimate, arithmetic: Arithmetic) -> Estimate:
    """Return y, the shape of x."""
    return _unit(activation).forward(x, arithmetic)


@backward_in_blocks
def backward(activation: Elu, x: Estimate, y: Estimate, dy: Estimate, arithmetic: Arithmetic) -> Estimate:
    """Return the gradient with respect to x, the shape of dy."""
    return _unit(activation).backward(x, y, dy, arithmetic)


def _unit(activation: Elu) -> ExponentialUnit:
    return ExponentialUnit(slope=1.0, height=activation.alpha, positive_at_zero=False)
