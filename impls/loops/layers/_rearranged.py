"""The same elements, counted off in row-major order, under another shape."""

from itertools import product

import numpy as np

from harness.cases.problem import Array
from harness.operators.specification import Shape


def rearranged(x: Array, shape: Shape) -> Array:
    """Return the elements of x, the last axis running fastest, in the places of ``shape`` in the same order."""
    y = np.empty(shape, x.dtype)
    for there, here in zip(product(*map(range, shape)), product(*map(range, x.shape)), strict=True):
        y[there] = x[here]
    return y
