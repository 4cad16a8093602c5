"""An array with its error: the worst case, and the variance if roundings are independent.

Both are first order in the unit roundoff u. A rounding is off by at most u times its result (worst case), or uniformly
distributed within that (variance one third of its square). An error e of an input becomes J e behind a map of Jacobian
J: worst cases add up as ``sum |J| e``, variances as ``sum J² e²``.

Sources: Higham, Accuracy and Stability of Numerical Algorithms, chapters 2 and 3; Higham and Mary, SIAM J. Sci.
Comput. 41 (2019), for independent roundings.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.numerics.arithmetic import Arithmetic

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]
Factor = Floats | float

# A kink closer than this many standard deviations may have been passed on either side.
REACH = 8.0


@dataclass(frozen=True)
class Estimate:
    """Values with the error that an implementation's may have.

    Attributes:
        value: float64.
        worst_case: the largest |error| by element, the shape of ``value``.
        variance: of the error, the shape of ``value``.
    """

    value: Floats
    worst_case: Floats
    variance: Floats

    @classmethod
    def exact(cls, array: Any) -> "Estimate":
        """Return an array of any format without error."""
        value = np.asarray(array, dtype=np.float64)
        zero = _zeros(value.shape)
        return cls(value, zero, zero)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the three arrays."""
        return self.value.shape

    @property
    def is_exact(self) -> bool:
        """True where no element has an error."""
        if self.worst_case.size == 0:
            return True
        # The first element tells of most estimates: ``exact`` holds one 0 for all, and few errors are 0 somewhere.
        if self.worst_case.item(0) != 0:
            return False
        return not (any(self.worst_case.strides) and self.worst_case.any())

    @property
    def reach(self) -> tuple[Floats, Floats]:
        """How far from its value each element may lie: in the worst case, and at REACH standard deviations."""
        return self.worst_case, REACH * np.sqrt(self.variance)

    def __getitem__(self, key: Any) -> "Estimate":
        """Return the estimate of a part, by NumPy's basic indexing."""
        return self.mapped(lambda array: array[key])

    def mapped(self, move: Callable[[Floats], Floats]) -> "Estimate":
        """Return the estimate behind a map that only moves elements: reshape, transpose, gather, padding by zeros."""
        value = move(self.value)
        if self.is_exact:
            return Estimate.exact(value)
        return Estimate(value, move(self.worst_case), move(self.variance))

    def through(self, value: Floats, jacobian: Factor) -> "Estimate":
        """Return ``value``, computed element by element from this estimate, with the error that it inherits."""
        if self.is_exact:
            return Estimate.exact(value)
        return Estimate(value, np.abs(jacobian) * self.worst_case, np.square(jacobian) * self.variance)

    def scaled(self, factor: Factor) -> "Estimate":
        """Return the product with an exact factor, before rounding."""
        return self.through(self.value * factor, factor)

    def __add__(self, other: "Estimate") -> "Estimate":
        """Return the sum of independent estimates, before rounding."""
        return Estimate(self.value + other.value, *self._errors_and(other))

    def __sub__(self, other: "Estimate") -> "Estimate":
        """Return the difference of independent estimates, before rounding."""
        return Estimate(self.value - other.value, *self._errors_and(other))

    def _errors_and(self, other: "Estimate") -> tuple[Floats, Floats]:
        if self.shape == other.shape:
            if other.is_exact:
                return self.worst_case, self.variance
            if self.is_exact:
                return other.worst_case, other.variance
        return self.worst_case + other.worst_case, self.variance + other.variance

    def with_error(self, worst_case: Factor, variance: Factor) -> "Estimate":
        """Return this estimate with another error besides."""
        return Estimate(self.value, self.worst_case + worst_case, self.variance + variance)

    def off_by(self, worst_case: Factor) -> "Estimate":
        """Return this estimate with another error of at most ``worst_case``, uniformly distributed within it."""
        variance = np.square(worst_case)
        variance = variance / 3
        if np.shape(worst_case) == self.value.shape and self.is_exact:
            return Estimate(self.value, np.asarray(worst_case), np.asarray(variance))
        return Estimate(self.value, self.worst_case + worst_case, self.variance + variance)

    def off_by_either(self, difference: Factor) -> "Estimate":
        """Return this estimate with another error that is 0 or ``difference``, as of a choice between two values."""
        size = np.abs(difference)
        # The room keeps the second choice itself, whose distance is rounded here, inside the worst case.
        return Estimate(self.value, self.worst_case + size * (1 + 2.0**-20), self.variance + np.square(size))

    def rounded(self, roundings: Factor, arithmetic: Arithmetic) -> "Estimate":
        """Return this estimate after so many roundings of its value; 0 stays exact."""
        return self.off_by(self.rounding(self.value, roundings, arithmetic))

    @staticmethod
    def rounding(value: Floats, roundings: Factor, arithmetic: Arithmetic) -> Floats:
        """Return the worst case of ``roundings`` roundings of ``value``, with one underflow; 0 where ``value`` is 0."""
        magnitude = np.abs(value)
        error: Floats = magnitude * (roundings * arithmetic.unit_roundoff)
        error += (magnitude > 0) * arithmetic.smallest_normal
        return error


def joined(parts: list[Estimate], axis: int = 0) -> Estimate:
    """Return the estimates of all parts as one, along an axis."""
    if len(parts) == 1:
        return parts[0]
    value = np.concatenate([part.value for part in parts], axis)
    if all(part.is_exact for part in parts):
        return Estimate.exact(value)
    worst_case, variance = ([part.worst_case for part in parts], [part.variance for part in parts])
    return Estimate(value, np.concatenate(worst_case, axis), np.concatenate(variance, axis))


@functools.lru_cache(maxsize=4096)
def _zeros(shape: tuple[int, ...]) -> Floats:
    """Return the read-only array of that shape that holds one 0 for all elements."""
    return np.broadcast_to(0.0, shape)
