"""Arrays as compiled functions want them."""

import numpy as np

from harness.cases.problem import Array


def writeable(array: Array) -> Array:
    """Return the array in row-major order and writeable, a copy if need be: others are other types to the compiler."""
    return np.require(array, requirements=["C_CONTIGUOUS", "WRITEABLE"])
