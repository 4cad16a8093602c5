"""tanh: y = tanh(x).

Units: u is the unit roundoff, k the roundings of a library tanh.

Forward: k u y; x's error times 1 - y².

Backward: dy (1 - y²) from the stored output: the square is rounded, which is u y² whatever is left of 1 - y² near
saturation; then one rounding of the difference, one of the product, one more for (1 - y)(1 + y). An implementation may
compute y anew from x: k u y more, times 2 |y|, like any other error of y. 1 / cosh²(x) instead has twice the error of
cosh, which is that of exp.

Source: Higham, Accuracy and Stability of Numerical Algorithms, sections 1.7 (cancellation) and 3.1.
"""

import numpy as np

from harness.numerics import expressions
from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.numerics.expressions import Expression, exp, magnitude, square
from harness.operators.activations._blocks import backward_in_blocks, forward_in_blocks
from harness.operators.activations.activation import Activation

GRADIENT_ROUNDINGS = 3


class Tanh(Activation):
    """``y = tanh(x)``."""

    def output(self, x: Expression) -> Expression:
        """Return y, the shape of x."""
        return expressions.tanh(x)

    def slopes(self, x: Expression, y: Expression) -> tuple[Expression, ...]:
        """Return the derivative, from the output by either formula, or as 1 / cosh²(x) from the input."""
        decay = exp(-magnitude(x))
        one_over_cosh = 2.0 * decay / (1.0 + square(decay))
        return (1.0 - y) * (1.0 + y), 1.0 - square(y), square(one_over_cosh)

    @forward_in_blocks
    def forward(self, x: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return y, the shape of x."""
        y = np.tanh(x.value)
        return x.through(y, 1 - y * y).rounded(arithmetic.tanh_roundings, arithmetic)

    @backward_in_blocks
    def backward(self, x: Estimate, y: Estimate, dy: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the gradient with respect to x, the shape of dy."""
        square = np.square(y.value)
        slope = (1 - y.value) * (1 + y.value)
        anew = y.rounded(arithmetic.tanh_roundings, arithmetic)
        through_y = anew.through(np.zeros(y.shape), 2 * dy.value * y.value)
        of_square = arithmetic.unit_roundoff * square * np.abs(dy.value)
        dx = (dy.scaled(slope) + through_y).off_by(of_square)
        return dx.rounded(GRADIENT_ROUNDINGS + 2 * arithmetic.exp_roundings, arithmetic)
