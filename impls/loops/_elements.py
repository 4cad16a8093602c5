"""Arrays as containers: a function of each element, rows along the last axis, and results put back into a format."""

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.cases.problem import Array


def stored(values: Any, dtype: "np.dtype[Any]") -> Array:
    """Return a number or nested lists of numbers as an array of that format; what is too large for it is infinite."""
    with np.errstate(over="ignore"):
        return np.array(values, dtype)


def each(function: Callable[..., float], *arrays: Array) -> Array:
    """Return the function of the elements in each place, in the shape and format of the first array."""
    together = zip(*(array.ravel().tolist() for array in arrays), strict=True)
    return stored([function(*elements) for elements in together], arrays[0].dtype).reshape(arrays[0].shape)


def numbers(array: Array) -> list[float]:
    """Return every element in row-major order."""
    flat: list[float] = array.ravel().tolist()
    return flat


def rows(array: Array) -> list[list[float]]:
    """Return (…, features) as a list of rows of features."""
    nested: list[list[float]] = array.reshape(-1, array.shape[-1]).tolist()
    return nested


def zeros(*shape: int) -> Any:
    """Return nested lists of 0.0, one level for each axis."""
    return np.zeros(shape).tolist()
