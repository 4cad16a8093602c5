"""The verdict: every operator's definition in float64, together with the rounding error that one stage can make.

What is too far is derived, not chosen: see ``arithmetic`` for what is assumed about an implementation, ``estimate`` for
the two measures of an error, ``summation`` for sums, and one file an operator for everything else.
"""

from harness.verdict.arithmetic import FLOAT32, FLOAT64, Arithmetic, arithmetic_of
from harness.verdict.estimate import Estimate
from harness.verdict.operators import operator_of

__all__ = ["FLOAT32", "FLOAT64", "Arithmetic", "Estimate", "arithmetic_of", "operator_of"]
