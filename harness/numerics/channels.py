"""Errors of arrays whose elements belong to channels, (elements, channels): what one channel's elements share."""

from collections.abc import Iterator

import numpy as np

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate, Factor, Floats

# Variance of an error that all elements of a channel share, in units of its own.
SHARED = 4.0

# Elements of a block: the ten arrays of it that an error takes fit into the processor's cache.
BLOCK_ELEMENTS = 2**14


def through_jacobian(error: Estimate, slope: Floats, normalized: Floats) -> Estimate:
    """Return 0 with the error that s (1 - 1/N - x̂ x̂ᵀ / N) makes of an error, both (elements, channels)."""
    n = len(normalized)
    size, square = np.abs(normalized), np.square(normalized)
    worst_case = np.abs(slope) * (
        error.worst_case + error.worst_case.sum(0) / n + size * (size * error.worst_case).sum(0) / n
    )
    shares = error.variance.sum(0) + square * (square * error.variance).sum(0)
    return Estimate(np.zeros(worst_case.shape), worst_case, np.square(slope) * (error.variance + 2 * shares / n**2))


def of_overflow(size: Floats, arithmetic: Arithmetic) -> Floats:
    """Return the error of what overflows on the way: so large that nothing is known of what comes of it."""
    # Its square stays finite.
    return np.where(size >= arithmetic.overflow, np.minimum(size / arithmetic.unit_roundoff, 2.0**500), 0.0)


def relative_error(inverse: Estimate) -> Estimate:
    """Return the estimate with its errors divided by its value."""
    return Estimate(inverse.value, inverse.worst_case / inverse.value, inverse.variance / np.square(inverse.value))


def with_shared(estimate: Estimate, *errors: tuple[Factor, Estimate]) -> Estimate:
    """Return the estimate with errors that all elements of a channel share, each behind its factor."""
    for factor, error in errors:
        estimate = estimate.with_error(factor * error.worst_case, SHARED * np.square(factor) * error.variance)
    return estimate


def of_underflow(error: Floats, tiny: float) -> Factor:
    """Return one underflow where there is an error, 0 elsewhere."""
    if error.min() > 0:
        return tiny
    some: Floats = (error > 0) * np.float64(tiny)
    return some


def row_blocks(rows: Floats) -> Iterator[slice]:
    """Yield rows (elements, channels) a few at a time."""
    together = max(1, BLOCK_ELEMENTS // rows.shape[1])
    for begin in range(0, len(rows), together):
        yield slice(begin, begin + together)
