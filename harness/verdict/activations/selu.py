"""selu: y = SCALE x where x > 0, else SCALE ALPHA (exp(x) - 1); the derivative at 0 is SCALE, as in TensorFlow.

See ``_exponential_unit``.
"""

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.operators.activations import Selu
from harness.operators.activations.selu import ALPHA, SCALE
from harness.verdict.activations._blocks import backward_in_blocks, forward_in_blocks
from harness.verdict.activations._exponential_unit import ExponentialUnit

UNIT = ExponentialUnit(slope=SCALE, height=SCALE * ALPHA, positive_at_zero=True)


@forward_in_blocks
def forward(activation: Selu, x: Estimate, arithmetic: Arithmetic) -> Estimate:
    """Return y, the shape of x."""
    return UNIT.forward(x, arithmetic)


@backward_in_blocks
def backward(activation: Selu, x: Estimate, y: Estimate, dy: Estimate, arithmetic: Arithmetic) -> Estimate:
    """Return the gradient with respect to x, the shape of dy."""
    return UNIT.backward(x, y, dy, arithmetic)
