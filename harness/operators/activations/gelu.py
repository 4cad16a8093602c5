"""gelu: y = x F(x), F(x) = (1 + erf(x / √2)) / 2 the normal distribution function, f its density; the exact form.

Units: u is the unit roundoff, k the roundings of a library function, r the relative error of √2 in float32, where Keras
keeps it even in float64.

Forward: x / √2 is rounded twice (the constant, the product), erf k times, 1 + erf once; where x is negative the sum
cancels and these errors stay: u (k |erf| + 1 + erf) / 2 and 2u |x| f, all times |x|. Then two roundings of the
products. √2 in float32 shifts y by r x² f. x's error times F + x f.

Backward: dy (F + x f). F as before; x f has exp's k u, two roundings of its exponent x²/2, three of the constant and
the products; one of the sum, one of the product with dy. √2 in float32 shifts F + x f by r x f (x² - 2). x's error
times f (2 - x²).

F computed from erfc has less error. Its values here come from the C library's erfc, good to one unit in the last place.

Sources: Higham, Accuracy and Stability of Numerical Algorithms, sections 1.7 and 3.1; Hendrycks and Gimpel,
arXiv:1606.08415.
"""

import math

import numpy as np

from harness.numerics.arithmetic import Arithmetic, float32_constant_error
from harness.numerics.estimate import Estimate, Factor, Floats
from harness.numerics.expressions import Expression, constant, erf, erfc
from harness.operators.activations._blocks import backward_in_blocks, forward_in_blocks
from harness.operators.activations.activation import Activation

ROOT_ERROR = float32_constant_error(math.sqrt(2)) / math.sqrt(2)
_ERFC = np.frompyfunc(math.erfc, 1, 1)


class Gelu(Activation):
    """``y = x * (1 + erf(x / sqrt(2))) / 2, the exact form and not the tanh approximation``."""

    def output(self, x: Expression) -> Expression:
        """Return y, the shape of x."""
        # 1 + erf would lose all digits where x is far below 0.
        return x * (0.5 * erfc(-(x * math.sqrt(0.5))))

    def formulations(self, x: Expression) -> tuple[Expression, ...]:
        """Return y, also by the definition as it stands, with the root as Keras keeps it."""
        return self.output(x), 0.5 * x * (1.0 + erf(x / constant(math.sqrt(2), in_float32=True)))

    @forward_in_blocks
    def forward(self, x: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return y, the shape of x."""
        distribution, density = _distribution(x.value), _density(x.value)
        size = np.abs(x.value)
        y = x.through(x.value * distribution, distribution + x.value * density)
        y = y.off_by(size * _distribution_rounding(x.value, distribution, density, arithmetic))
        return y.off_by_either(ROOT_ERROR * np.square(x.value) * density).rounded(2, arithmetic)

    @backward_in_blocks
    def backward(self, x: Estimate, y: Estimate, dy: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the gradient with respect to x, the shape of dy."""
        distribution, density = _distribution(x.value), _density(x.value)
        tilt = x.value * density
        square = np.square(x.value)
        through_x = x.through(np.zeros(x.shape), dy.value * density * (2 - square))
        of_tilt = Estimate.rounding(tilt, arithmetic.exp_roundings + square + 3, arithmetic)
        own = _distribution_rounding(x.value, distribution, density, arithmetic)
        dx = dy.scaled(distribution + tilt) + through_x
        dx = dx.off_by(np.abs(dy.value) * of_tilt).off_by(np.abs(dy.value) * own)
        return dx.off_by_either(self.shift(x, dy)).rounded(2, arithmetic)

    def shift(self, x: Estimate, dy: Estimate) -> Factor:
        """Return what √2 in float32 does, the shape of dy."""
        slope: Floats = x.value * _density(x.value) * (np.square(x.value) - 2)
        return ROOT_ERROR * np.abs(dy.value * slope)


def _distribution(x: Floats) -> Floats:
    return 0.5 * np.asarray(_ERFC(-math.sqrt(0.5) * x), np.float64)


def _density(x: Floats) -> Floats:
    # Beyond 40 it is 0 in float64, and a larger square would only overflow.
    return np.exp(-0.5 * np.square(np.minimum(np.abs(x), 40.0))) / math.sqrt(2 * math.pi)


def _distribution_rounding(x: Floats, distribution: Floats, density: Floats, arithmetic: Arithmetic) -> Floats:
    erf = np.abs(2 * distribution - 1)
    rounding: Floats = arithmetic.unit_roundoff * (
        arithmetic.erf_roundings / 2 * erf + distribution + 2 * np.abs(x) * density
    )
    return rounding
