"""sigmoid: y = 1 / (1 + exp(-x)).

Units: u is the unit roundoff, k the roundings of a library sigmoid.

Forward: k u y; x's error times y (1 - y).

Backward: dy y (1 - y) from the stored output: one rounding of 1 - y and one of each of two products, all relative, one
more for another order. An implementation may compute y anew from x: k u y more, times |1 - 2y|, like any other error of
y. That covers sigmoid(x) sigmoid(-x) too, which near saturation is more exact than the stored y allows.

Source: Higham, Accuracy and Stability of Numerical Algorithms, section 3.1.
"""

import numpy as np

from harness.numerics import expressions
from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate, Floats
from harness.numerics.expressions import Expression
from harness.operators.activations._blocks import backward_in_blocks, forward_in_blocks
from harness.operators.activations.activation import Activation

GRADIENT_ROUNDINGS = 4


class Sigmoid(Activation):
    """``y = 1 / (1 + exp(-x))``."""

    def output(self, x: Expression) -> Expression:
        """Return y, the shape of x."""
        return expressions.sigmoid(x)

    def slopes(self, x: Expression, y: Expression) -> tuple[Expression, ...]:
        """Return the derivative, from the output."""
        return (y * (1.0 - y),)

    @forward_in_blocks
    def forward(self, x: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return y, the shape of x."""
        y = sigmoid(x.value)
        return x.through(y, y * (1 - y)).rounded(arithmetic.sigmoid_roundings, arithmetic)

    @backward_in_blocks
    def backward(self, x: Estimate, y: Estimate, dy: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the gradient with respect to x, the shape of dy."""
        slope = y.value * (1 - y.value)
        anew = y.rounded(arithmetic.sigmoid_roundings, arithmetic)
        through_y = anew.through(np.zeros(y.shape), dy.value * (1 - 2 * y.value))
        return (dy.scaled(slope) + through_y).rounded(GRADIENT_ROUNDINGS, arithmetic)


def sigmoid(x: Floats) -> Floats:
    """Return 1 / (1 + exp(-x)), the shape of x; only the exponential of a negative number is taken."""
    decay = np.exp(-np.abs(x))
    y: Floats = np.where(x >= 0, 1.0, decay) / (1 + decay)
    return y
