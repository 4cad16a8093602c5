"""leaky_relu: y = x where x > 0, else a x, a = negative_slope; the derivative at 0 is a.

Units: u is the unit roundoff. The positive side is exact. On the other, one rounding of the product, and the constant:
a exactly, or a rounded to float32, where Keras keeps it even in float64 (TensorFlow's attribute ``alpha``): a
difference of |float32(a) - a| |x|, which a slope that float32 holds does not have. The gradient is the same product of
dy. An x that is known only within an error larger than its distance from 0 may have been on either side.

Source: Higham, Accuracy and Stability of Numerical Algorithms, section 2.2.
"""

import numpy as np

from harness.numerics.arithmetic import Arithmetic, float32_constant_error
from harness.numerics.estimate import Estimate, Factor, Flags
from harness.numerics.expressions import Expression, chosen, constant
from harness.operators.activations._blocks import backward_in_blocks, forward_in_blocks
from harness.operators.activations._sides import kinked, telling, unsure
from harness.operators.activations.activation import Activation
from harness.operators.specification import is_number


class LeakyRelu(Activation):
    """``y = x where x > 0, else negative_slope * x``."""

    negative_slope: float = 0.2

    def __post_init__(self) -> None:
        self.expect(is_number(self.negative_slope), "negative_slope", "a number")
        self.normalize("negative_slope", float(self.negative_slope))

    def output(self, x: Expression) -> Expression:
        """Return y, the shape of x."""
        return chosen(x, x.value > 0, x, constant(self.negative_slope, in_float32=True) * x)

    def slopes(self, x: Expression, y: Expression) -> tuple[Expression, ...]:
        """Return the derivative, by the sign of the input or, where the function keeps that, of the output."""
        slope = constant(self.negative_slope, in_float32=True)
        telling = (y, x) if self.negative_slope > 0 else (x,)
        return tuple(chosen(tells, tells.value > 0, 1.0, slope) for tells in telling)

    @forward_in_blocks
    def forward(self, x: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return y, the shape of x."""
        above = x.value > 0
        y = kinked(x, np.where(above, x.value, self.negative_slope * x.value), self.negative_slope)
        return _sloped(self, above, y, x, arithmetic)

    @backward_in_blocks
    def backward(self, x: Estimate, y: Estimate, dy: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the gradient with respect to x, the shape of dy."""
        # With another slope the output's sign does not tell the input's.
        tells = telling(x, y) if self.negative_slope > 0 else x
        above = tells.value > 0
        dx = _sloped(self, above, dy.scaled(np.where(above, 1.0, self.negative_slope)), dy, arithmetic)
        return unsure(dx, tells, (1 - self.negative_slope) * dy.value)

    def shift(self, x: Estimate, dy: Estimate) -> Factor:
        """Return what the slope in float32 does, the shape of dy."""
        return np.where(x.value > 0, 0.0, float32_constant_error(self.negative_slope) * np.abs(dy.value))


def _sloped(activation: LeakyRelu, above: Flags, y: Estimate, factor: Estimate, arithmetic: Arithmetic) -> Estimate:
    """Return y with what the product of the slope with ``factor`` adds where x is not above 0."""
    rounded = y.off_by(np.where(above, 0.0, Estimate.rounding(y.value, 1, arithmetic)))
    constant = float32_constant_error(activation.negative_slope)
    return rounded.off_by_either(np.where(above, 0.0, constant * factor.value))
