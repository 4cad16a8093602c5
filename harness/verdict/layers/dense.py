"""Dense: y = x W + b, n = features (+ 1 for the bias) products to a sum.

    dx = dy Wᵀ     n = units
    dW = xᵀ dy     n = batch
    db = Σ dy      n = batch, without products

with the errors of ``harness.numerics.summation``.
"""

from collections.abc import Mapping

import numpy as np

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.numerics.products import product
from harness.numerics.summation import total
from harness.operators.layers import Dense


def forward(
    layer: Dense, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic
) -> tuple[Estimate, Estimate]:
    """Return y (batch, units) before the activation, and x (batch, features)."""
    return product(x, weights["kernel"], arithmetic, weights.get("bias")), x


def backward(
    layer: Dense, weights: Mapping[str, Estimate], x: Estimate, dy: Estimate, arithmetic: Arithmetic
) -> tuple[Estimate, Mapping[str, Estimate]]:
    """Return the gradients with respect to x (batch, features) and to each parameter."""
    dx = product(dy, weights["kernel"].mapped(np.transpose), arithmetic)
    gradients = {"kernel": product(x.mapped(np.transpose), dy, arithmetic)}
    if layer.use_bias:
        gradients["bias"] = total(dy, 0, arithmetic)
    return dx, gradients
