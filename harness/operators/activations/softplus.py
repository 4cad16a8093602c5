"""softplus: y = log(1 + exp(x)).

Units: u is the unit roundoff, k the roundings of library functions, s = sigmoid(x).

Forward: log1p's k u y, and exp's k u through log1p, which is k u s. 1 + exp(x) may be rounded, which is u, but never
more than the part log(1 + exp(-|x|)) itself. TensorFlow returns exp(x) where that is below e² 2u, and x where exp(-x)
is: a choice between two values that differ by exp(x) - y or y - x. x's error times s.

Backward: dy s: sigmoid's k u, with one underflow that dy may magnify, and two roundings. x's error times s (1 - s).

Sources: Higham, Accuracy and Stability of Numerical Algorithms, section 1.14.1 (log1p); TensorFlow,
``core/kernels/softplus_op.h``, for the threshold.
"""

import math

import numpy as np

from harness.numerics import expressions
from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.numerics.expressions import Expression, chosen, exp, log, log1p, magnitude, maximum
from harness.operators.activations._blocks import backward_in_blocks, forward_in_blocks
from harness.operators.activations.activation import Activation
from harness.operators.activations.sigmoid import sigmoid

GRADIENT_ROUNDINGS = 2
# From here on the tail is nothing beside x, in either format.
LARGEST_EXPONENT = 60.0


class Softplus(Activation):
    """``y = log(1 + exp(x))``."""

    def output(self, x: Expression) -> Expression:
        """Return y, the shape of x."""
        return maximum(x, 0.0) + log1p(exp(-magnitude(x)))

    def formulations(self, x: Expression) -> tuple[Expression, ...]:
        """Return y, also by the definition as it stands, up to where exp overflows, with log1p or without."""
        capped = chosen(x, x.value < LARGEST_EXPONENT, x, LARGEST_EXPONENT)
        definitions = (log1p(exp(capped)), log(1.0 + exp(capped)))
        return self.output(x), *(chosen(x, x.value < LARGEST_EXPONENT, each, x) for each in definitions)

    def slopes(self, x: Expression, y: Expression) -> tuple[Expression, ...]:
        """Return the derivative."""
        return (expressions.sigmoid(x),)

    @forward_in_blocks
    def forward(self, x: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return y, the shape of x."""
        slope = sigmoid(x.value)
        tail = np.log1p(np.exp(-np.abs(x.value)))
        y = x.through(np.maximum(x.value, 0) + tail, slope)
        y = y.rounded(arithmetic.log1p_roundings, arithmetic)
        y = y.off_by(Estimate.rounding(slope, arithmetic.exp_roundings, arithmetic))
        y = y.off_by(np.minimum(tail, arithmetic.unit_roundoff))
        small = np.exp(-np.abs(x.value))
        shortened = small < 2 * arithmetic.unit_roundoff * math.exp(2)
        return y.off_by_either(np.where(shortened, np.where(x.value > 0, tail, small - tail), 0.0))

    @backward_in_blocks
    def backward(self, x: Estimate, y: Estimate, dy: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the gradient with respect to x, the shape of dy."""
        slope = sigmoid(x.value)
        rounded = x.through(slope, slope * (1 - slope)).rounded(arithmetic.sigmoid_roundings, arithmetic)
        through_x = rounded.through(np.zeros(x.shape), dy.value)
        return (dy.scaled(slope) + through_x).rounded(GRADIENT_ROUNDINGS, arithmetic)
