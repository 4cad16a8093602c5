"""Probabilities kept away from 0 and 1 before their logarithm is taken, as Keras does."""

import numpy as np

from harness.cases.problem import Array

EPSILON = 1e-7


def clipped(probability: Array) -> Array:
    """Return the probabilities between epsilon and 1 - epsilon, the shape and format of ``probability``."""
    lowest, highest = _bounds(probability)
    return np.clip(probability, lowest, highest)


def passes(probability: Array) -> Array:
    """Return where the gradient passes the clip: inside the bounds and exactly on them, as in TensorFlow."""
    lowest, highest = _bounds(probability)
    inside: Array = (probability >= lowest) & (probability <= highest)
    return inside


def _bounds(probability: Array) -> tuple[np.generic, np.generic]:
    # Keras clips in the working precision: float32(1 - 1e-7) is 1 - 2**-23, another bound than in float64.
    in_its_format = probability.dtype.type
    return in_its_format(EPSILON), in_its_format(1 - EPSILON)
