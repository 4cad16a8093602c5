"""Add: y = x_1 + … + x_m. Two inputs round once, ``u |y|``; more are a sum of m terms in any order.

The gradient with respect to each input is dy itself, without rounding.
"""

from collections.abc import Mapping

import numpy as np

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.numerics.summation import total
from harness.operators.layers import Add


def forward(
    layer: Add, weights: Mapping[str, Estimate], x: tuple[Estimate, ...], arithmetic: Arithmetic
) -> tuple[Estimate, int]:
    """Return y, of the shape that all inputs have, and how many there are."""
    return added(x, arithmetic), len(x)


def backward(
    layer: Add, weights: Mapping[str, Estimate], inputs: int, dy: Estimate, arithmetic: Arithmetic
) -> tuple[tuple[Estimate, ...], Mapping[str, Estimate]]:
    """Return the gradient with respect to each input, dy itself, and no gradients of parameters."""
    return (dy,) * inputs, {}


def added(parts: tuple[Estimate, ...], arithmetic: Arithmetic) -> Estimate:
    """Return the sum of estimates of one shape, element by element, rounded."""
    together = Estimate(
        np.stack([part.value for part in parts]),
        np.stack([part.det for part in parts]),
        np.stack([part.var for part in parts]),
    )
    return total(together, 0, arithmetic)
