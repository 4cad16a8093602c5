"""Activation: its linear part is the identity, and rounds nothing; the function has a file of its own."""

from collections.abc import Mapping

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.operators.layers import Activation


def forward(
    layer: Activation, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic
) -> tuple[Estimate, None]:
    """Return x."""
    return x, None


def backward(
    layer: Activation, weights: Mapping[str, Estimate], cache: None, dy: Estimate, arithmetic: Arithmetic
) -> tuple[Estimate, Mapping[str, Estimate]]:
    """Return dy, and no gradients of parameters."""
    return dy, {}
