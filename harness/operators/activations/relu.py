"""relu: y = max(x, 0), with relu'(0) = 0. Nothing is rounded: both directions are exact.

An error of x passes where x is above 0, or may be. The gradient of an element whose x is known only within an error
larger than its distance from 0 may be dy or 0.
"""

import numpy as np

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.numerics.expressions import Expression, chosen, maximum
from harness.operators.activations._sides import kinked, telling, unsure
from harness.operators.activations.activation import Activation


class Relu(Activation):
    """``y = max(x, 0), with relu'(0) = 0``."""

    bends_at_zero = True

    def output(self, x: Expression) -> Expression:
        """Return y, the shape of x."""
        return maximum(x, 0.0)

    def slopes(self, x: Expression, y: Expression) -> tuple[Expression, ...]:
        """Return the derivative, by the sign of the input or of the output."""
        return tuple(chosen(tells, tells.value > 0, 1.0, 0.0) for tells in (y, x))

    def forward(self, x: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return y, the shape of x."""
        return kinked(x, np.maximum(x.value, 0), 0.0)

    def backward(self, x: Estimate, y: Estimate, dy: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the gradient with respect to x, the shape of dy."""
        tells = telling(x, y)
        return unsure(dy.scaled((tells.value > 0).astype(np.float64)), tells, dy.value)
