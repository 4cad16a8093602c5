"""Probabilities kept away from 0 and 1 before their logarithm is taken, as Keras does."""

from dataclasses import dataclass

from harness.cases.problem import Array

EPSILON = 1e-7


@dataclass(frozen=True)
class Clip:
    """The interval [lowest, highest] in which probabilities must lie."""

    lowest: float
    highest: float

    def __call__(self, probability: float) -> float:
        """Return the nearest number in the interval."""
        return min(max(probability, self.lowest), self.highest)

    def passes(self, probability: float) -> bool:
        """Tell whether the gradient passes: inside the bounds and exactly on them, as in TensorFlow."""
        return self.lowest <= probability <= self.highest


def clip_in_the_format_of(predictions: Array) -> Clip:
    """Return the interval from epsilon to 1 - epsilon."""
    # Keras clips in the working precision: float32(1 - 1e-7) is 1 - 2**-23, another bound than in float64.
    in_its_format = predictions.dtype.type
    return Clip(float(in_its_format(EPSILON)), float(in_its_format(1 - EPSILON)))
