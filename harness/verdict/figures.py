"""How far an observable is from what it should be, in units of the rounding error, and whether that is too far.

With the error e of each element, its variance σ² and its worst case:

    t      the largest |e| / σ
    rms    the root of the mean of (e / σ)²
    bound  the largest |e| / worst case; above its limit it proves a mistake, given the declared arithmetic
    smallest_detectable
           8 × root mean square of σ / that of the values: the smallest relative error that would have been seen

A float64 recomputation of a float64 implementation rounds as much as that: the variance is twice as large, and the
limit of ``bound`` is 2 instead of 1. A stage without rounding must be equal to the bit.

NaN must meet NaN, and an infinity the same infinity. That is excused only where the stage itself, whose terms are at
most its worst case divided by the unit roundoff, overflows the implementation's format, and behind values that are not
finite themselves.

t and rms suppose that errors are independent. Those that elements inherit from one value are not, and add up where
elements are summed, up to the worst case. So where an observable was not recomputed from the implementation's own
values, t alone is judged, and a deviation is at least an eighth of the worst case: what may be rounding is no mistake.
"""

import math
from dataclasses import dataclass

import numpy as np

from harness.cases.problem import Array
from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate, Flags, Floats
from harness.verdict.stages import Expected, Origin

# Limits, calibrated on correct implementations: the largest t seen was below 4 for one stage, 6.4 end to end.
SIGMAS = 8.0
RMS_OF_MANY = 1.5

# Least deviation of errors that may not be independent, in units of the worst case.
DEPENDENT = 1 / SIGMAS

# A row that could not have seen a relative error of this size, or has this share of zeros, is not to be trusted.
LARGEST_DETECTABLE = 1e-3
LARGEST_SHARE_OF_ZEROS = 0.9

# Below, the square root of a variance has lost its digits to underflow.
SMALLEST_VARIANCE = 1e-290
# From here on, squares and what they are multiplied with overflow.
LARGEST_SQUARED = 2.0**500
# Unit roundoff from which a float64 recomputation counts as exact.
COARSE = 2.0**-48


@dataclass(frozen=True)
class Measured:
    """What was measured of one observable.

    Attributes:
        elements: how many numbers were compared.
        distinct: how many of the expected ones differ, where rms is large enough for that to matter.
        t, rms, bound, smallest_detectable: see above; infinite where a stage without rounding differs, or one side is
            not finite.
        origin: what the expected values were computed from.
        nonfinite: elements that are not finite on one side, or differ as NaN and infinities do.
        zeros: share of the expected values that are 0.
        index: of the worst element.
        expected, got, error: the values there, and their distance.
        deviation, worst_case: what is allowed for there: σ, and the largest error that rounding can make.
    """

    elements: int
    distinct: int
    t: float
    rms: float
    bound: float
    smallest_detectable: float
    origin: Origin
    nonfinite: int
    zeros: float
    index: tuple[int, ...]
    expected: float
    got: float
    error: float
    deviation: float
    worst_case: float

    @property
    def untrusted(self) -> str:
        """Why agreement would say little; empty where it says enough."""
        if self.origin is Origin.BLIND:
            return "what it is computed from is not finite"
        if self.zeros > LARGEST_SHARE_OF_ZEROS:
            return f"{self.zeros:.0%} of the expected values are 0"
        if not self.smallest_detectable <= LARGEST_DETECTABLE:
            return f"a relative error below {self.smallest_detectable:.1e} would not be seen"
        return ""


def figures(got: Array, expected: Expected, arithmetic: Arithmetic) -> Measured:
    """Return the figures of an observable of the expected shape.

    Args:
        got: the implementation's numbers, any format.
        expected: what they should be.
        arithmetic: what the implementation declares.
    """
    values, want = np.asarray(got, np.float64), expected.estimate.value
    with np.errstate(all="ignore"):
        deviation = _deviation(expected, arithmetic)
        distance, nonfinite = _distance(values, expected.estimate, arithmetic)
        t, bound = (
            _in_units(distance, nonfinite, allowed, want) for allowed in (deviation, expected.estimate.worst_case)
        )
        worst = int(t.argmax())
        rms, size = _root_mean_square(t), _root_mean_square(want)
        detectable = SIGMAS * _root_mean_square(deviation) / size if size > 0 else math.inf
    return Measured(
        elements=values.size,
        distinct=np.unique(want).size if rms > RMS_OF_MANY else values.size,
        t=t.item(worst),
        rms=rms,
        bound=float(bound.max()),
        smallest_detectable=detectable,
        origin=expected.origin,
        nonfinite=0 if nonfinite is None else int(np.count_nonzero(nonfinite)),
        zeros=1 - np.count_nonzero(want) / want.size,
        index=tuple(map(int, np.unravel_index(worst, t.shape))),
        expected=want.item(worst),
        got=values.item(worst),
        error=distance.item(worst),
        deviation=deviation.item(worst),
        worst_case=expected.estimate.worst_case.item(worst),
    )


def largest_t(got: Array, expected: Expected, arithmetic: Arithmetic) -> float:
    """Return t alone, as ``figures`` does; infinite where elements are finite on one side only."""
    values, want = np.asarray(got, np.float64), expected.estimate.value
    with np.errstate(all="ignore"):
        distance, nonfinite = _distance(values, expected.estimate, arithmetic)
        return float(_in_units(distance, nonfinite, _deviation(expected, arithmetic), want).max())


def too_far(found: Measured, arithmetic: Arithmetic) -> str:
    """Return what proves a mistake, in one phrase; empty where the figures are what rounding can make.

    Args:
        found: of one observable.
        arithmetic: what the implementation declares.
    """
    if found.origin is Origin.BLIND:
        return ""
    if found.nonfinite:
        return f"{found.nonfinite} of {found.elements} elements are finite on one side only"
    if math.isinf(found.t):
        return f"nothing is rounded there, and they differ by {found.error:.3g}"
    if not found.t <= SIGMAS:
        return f"t = {found.t:.3g} exceeds {SIGMAS:g}"
    if found.origin is not Origin.ANCHORS:
        return ""
    limit = bound_limit(arithmetic)
    if not found.bound <= limit:
        return f"bound = {found.bound:.3g} exceeds {limit:g}"
    if not found.rms <= rms_limit(found.distinct):
        return f"rms = {found.rms:.3g} exceeds {rms_limit(found.distinct):.3g}"
    return ""


def excess(found: Measured, arithmetic: Arithmetic) -> float:
    """Return how far an observable is in units of what rounding can explain; above 1 is too far."""
    if found.origin is Origin.BLIND:
        return 0.0
    share = found.t / SIGMAS
    if found.origin is Origin.ANCHORS:
        share = max(share, found.bound / bound_limit(arithmetic), found.rms / rms_limit(found.distinct))
    return math.inf if found.nonfinite else share


def tolerance(found: Measured, arithmetic: Arithmetic) -> float | None:
    """Return the error of the worst element at which ``excess`` would be 1, the others in proportion.

    Where there is no error, or none that is a number, it is what the element may differ by itself. None where that has
    no limit.
    """
    if found.origin is Origin.BLIND:
        return None
    share = excess(found, arithmetic)
    allowed = SIGMAS * found.deviation
    if found.origin is Origin.ANCHORS:
        allowed = min(allowed, bound_limit(arithmetic) * found.worst_case)
    if 0 < share < math.inf and 0 < found.error < math.inf:
        allowed = found.error / share
    return allowed if math.isfinite(allowed) else None


def bound_limit(arithmetic: Arithmetic) -> float:
    """Return the largest bound: 2 where the recomputation rounds as the implementation does."""
    return 1.0 if arithmetic.unit_roundoff >= COARSE else 2.0


def rms_limit(distinct: int) -> float:
    """Return the largest rms of so many independent errors: that of t for one, less the more there are.

    Elements of one value were computed from the same numbers, and share one error.
    """
    return RMS_OF_MANY + (SIGMAS - RMS_OF_MANY) / math.sqrt(distinct)


def _distance(values: Floats, estimate: Estimate, arithmetic: Arithmetic) -> tuple[Floats, Flags | None]:
    """Return the distance of each element, 0 where both sides agree, and which are not finite; None for none."""
    want = estimate.value
    distance = np.abs(values - want)
    if math.isfinite(distance.max()):
        return distance, None
    agree = (values == want) | (np.isnan(values) & np.isnan(want))
    agree |= ~np.isfinite(values) & _may_overflow(estimate, arithmetic)
    return np.where(agree, 0.0, distance), ~agree & ~(np.isfinite(values) & np.isfinite(want))


def _in_units(distance: Floats, nonfinite: Flags | None, allowed: Floats, want: Floats) -> Floats:
    """Return the distances divided by what is allowed: 0 where there is none, infinite where it is not finite."""
    if nonfinite is None:
        ratio: Floats = np.divide(distance, allowed)
        # The largest is not a number if any is not: 0 / 0, or an error that is none.
        if not math.isnan(ratio.max()):
            return ratio
        if not distance.any():
            return distance
        nonfinite = np.zeros(distance.shape, np.bool_)
    different = (distance != 0) & ~nonfinite
    ratio = np.divide(distance, allowed, out=np.where(nonfinite, np.inf, 0.0), where=different)
    # An error that is not a number excuses nothing, unless squares of such values are too large for float64.
    return np.where(np.isnan(ratio), np.where(np.abs(want) < LARGEST_SQUARED, np.inf, 0.0), ratio)


def _root_mean_square(array: Floats) -> float:
    flat = array.reshape(-1)
    return math.sqrt(float(flat.dot(flat)) / flat.size)


def _deviation(expected: Expected, arithmetic: Arithmetic) -> Floats:
    estimate = expected.estimate
    if estimate.is_exact:
        return estimate.worst_case
    variance = estimate.variance * bound_limit(arithmetic)
    deviation: Floats = np.sqrt(variance)
    if not variance.min() > SMALLEST_VARIANCE:
        deviation = np.where(variance > SMALLEST_VARIANCE, deviation, estimate.worst_case)
    if expected.origin is Origin.ANCHORS:
        return deviation
    return np.maximum(deviation, DEPENDENT * estimate.worst_case)


def _may_overflow(estimate: Estimate, arithmetic: Arithmetic) -> Flags:
    """Return where terms overflow the format, or, together with the result, even that of the recomputation."""
    overflows = np.abs(estimate.value) + estimate.worst_case / arithmetic.unit_roundoff >= arithmetic.overflow
    # In float64 the order of a sum decides between an infinity and NaN, in both.
    together = ~np.isfinite(estimate.worst_case) | (arithmetic.overflow > LARGEST_SQUARED)
    result: Flags = np.where(np.isfinite(estimate.value), overflows, together)
    return result
