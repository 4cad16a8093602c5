"""Numbers with their rounding errors: sums, products, convolutions, windows, and what they rest on.

What is too far is derived, not chosen: see ``arithmetic`` for what is assumed about an implementation, ``estimate`` for
the two measures of an error, and ``summation`` for sums.
"""

from harness.numerics.arithmetic import FLOAT32, FLOAT64, Arithmetic, arithmetic_of
from harness.numerics.estimate import Estimate

__all__ = ["FLOAT32", "FLOAT64", "Arithmetic", "Estimate", "arithmetic_of"]
