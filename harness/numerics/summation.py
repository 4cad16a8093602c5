"""Sums and sums of products in any order, with the error that their rounding can make.

Symbols: terms p_1 … p_n (products, or what is simply added up), t = Σ p, S = Σ |p|, Q = Σ p², u the unit roundoff.

Worst case, any order, with or without fused multiply-add: ``n u S`` for products and ``(n - 1) u S`` for plain sums
(Higham, chapters 3 and 4; n u instead of γ_n: Lange and Rump, BIT 57, 2017). Two terms round once: ``u |t|``.

Independent roundings, each uniform within ±u times its result: the variance is ``u² / 3 (Q + walk)``, Q for the
products and ``walk`` for the squares of all partial sums. These depend on the order, and the largest is taken of

- a random order: ``(n + 1)(2n + 1) / (6n) t² + (n + 1) / 6 (Q - t² / n)``, the mean over all orders;
- the natural order, and its reverse: ``Σ l_j P_j²`` and ``Σ l_j (t - P_j)²``, with the partial sum P_j at the end of
  the j-th of a few parts of l_j terms. A batch sorted by class has far larger ones than a random order.

Where terms agree, so do their roundings, and they add up instead of averaging out: n equal values, summed in sequence,
err by up to a quarter of the worst case. The deviation is taken as an eighth of the worst case at least, times the
share of terms or factors that agree in all but their last digits, or the share of the largest drift: the mean of what
is rounded off when terms are added to the largest partial sum, in halves of its last digit. Multiples of 255 divided
by a multiple of 85 are an example of terms that differ and drift.

Of very many sums, S and Q are bounded instead of computed, by the lengths of the factors (Cauchy and Schwarz):
``S <= |a|_2 |b|_2`` and ``Q <= |a|_4² |b|_4²``. Of independent uniform factors that is 4/3 and 9/5 of what they are.

Factors that are rounded by v before they are multiplied add ``2 v S`` and ``2 v² Q / 3``; an underflow of each product
or factor ``n tiny (1 + max |a| + max |b|)``. A transformed algorithm's declared gain multiplies the whole. Where every
product is 0 the sum is exact.
"""

from functools import lru_cache
from itertools import pairwise

import numpy as np

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.coherence import REPEATED, drift, repeats
from harness.numerics.estimate import Estimate, Floats

# How many partial sums of the natural order are looked at.
PARTS = 8
# Of so few terms the worst case is near enough to the deviation.
FEW = 4
# Terms up to which one call is faster than one for each part.
SMALL = 2**14


def total(terms: Estimate, axes: int | tuple[int, ...], arithmetic: Arithmetic) -> Estimate:
    """Return the sum of an estimate's elements along the axes, which go.

    Args:
        terms: any shape, each term without the rounding of its own computation, or with it as the estimate's error.
        axes: one or more.
        arithmetic: of the implementation.
    """
    axes = (axes,) if isinstance(axes, int) else axes
    along = sorted(axis % terms.value.ndim for axis in axes)
    kept = [axis for axis in range(terms.value.ndim) if axis not in along]
    shape = tuple(terms.shape[axis] for axis in kept)

    def rows(array: Floats) -> Floats:
        return array.transpose(*along, *kept).reshape(-1, *shape)

    estimate = _sum(rows(terms.value), arithmetic)
    if terms.is_exact:
        return estimate
    return estimate.with_error(rows(terms.worst_case).sum(axis=0), rows(terms.variance).sum(axis=0))


def total_of_rounded(terms: Floats, roundings: float, arithmetic: Arithmetic) -> Estimate:
    """Return the sum of terms (n, …) over n, each of which rounded so often before.

    The same as ``total`` of terms with these errors, whose sums are those of the terms' sizes and squares.
    """
    each = _in_columns(terms)
    sizes = _sizes(each)
    estimate = _sum_of_many(each, sizes, arithmetic) if len(each) > FEW else _sum(each, arithmetic)
    estimate = estimate.mapped(lambda array: array.reshape(terms.shape[1:]))
    unit, tiny = roundings * arithmetic.unit_roundoff, arithmetic.smallest_normal
    magnitude, square = (size.reshape(estimate.shape) for size in sizes)
    count = len(terms) if terms.all() else np.count_nonzero(terms, axis=0)
    worst_case = unit * magnitude + tiny * count
    variance = (unit**2 * square + 2 * unit * tiny * magnitude + tiny**2 * count) / 3
    return estimate.with_error(worst_case, variance)


def _sum(each: Floats, arithmetic: Arithmetic) -> Estimate:
    """Return the sum of exact terms (n, …) over n."""
    n = len(each)
    if n > FEW:
        columns = _in_columns(each)
        estimate = _sum_of_many(columns, _sizes(columns), arithmetic)
        return estimate.mapped(lambda array: array.reshape(each.shape[1:]))
    if n > 2:
        return accumulated(each.sum(axis=0), np.abs(each).sum(axis=0), np.asarray(float(n)), arithmetic)
    return Estimate.exact(each.sum(axis=0)).rounded(n - 1, arithmetic) if n > 1 else Estimate.exact(each[0].copy())


def accumulated(value: Floats, magnitude: Floats, count: Floats, arithmetic: Arithmetic) -> Estimate:
    """Return sums of a few terms each, of which only ``count``, t and S are known: exact where there is one term.

    Every partial sum is at most S, and ``count - 1`` of them round: the variance is at most ``(count - 1) u² S² / 3``.
    """
    roundings = np.maximum(count - 1, 0)
    unit, tiny = arithmetic.unit_roundoff, arithmetic.smallest_normal
    # Where one count holds for many sums, these are small arrays.
    underflow = roundings * tiny
    variance = np.square(magnitude) * (roundings * (unit**2 / 3))
    worst_case = magnitude * (roundings * unit)
    if magnitude.min() > 0:
        worst_case += underflow
        variance += np.square(underflow) / 3
    else:
        some = magnitude > 0
        worst_case += some * underflow
        variance += some * (np.square(underflow) / 3)
    return Estimate(value, worst_case, variance)


def _sum_of_many(each: Floats, sizes: tuple[Floats, Floats], arithmetic: Arithmetic) -> Estimate:
    """Return the sum of each column of exact terms (n, columns), whose S and Q are known."""
    n = len(each)
    magnitude, square = sizes
    sums = _partial_sums(each)
    lengths_of_parts = _ends(n)[1]
    value = sums[-1]
    walk = np.maximum(lengths_of_parts @ np.square(sums), lengths_of_parts @ np.square(value - sums))
    np.maximum(walk, random_order(value, square, n), out=walk)
    underflow = n * arithmetic.smallest_normal
    worst_case = magnitude * ((n - 1) * arithmetic.unit_roundoff)
    worst_case += underflow
    walk *= arithmetic.unit_roundoff**2 / 3
    walk += underflow**2 / 3
    coherent = np.maximum(drift(each, sums, arithmetic), repeats(n, arithmetic, each))
    variance = np.maximum(walk, np.square(coherent * REPEATED * worst_case))
    if not magnitude.min() > 0:
        none = magnitude == 0
        worst_case[none], variance[none] = 0.0, 0.0
    return Estimate(value, worst_case, variance)


def _partial_sums(each: Floats) -> Floats:
    """Return the sum of each column at the end of each part, (parts, columns)."""
    if each.size <= SMALL:
        return np.add.reduceat(each, _ends(len(each))[0], axis=0).cumsum(axis=0)
    # The same, and several times as fast where arrays are large.
    sums = np.array([_down(each[part]) for part in parts_of(len(each), PARTS)])
    for earlier, later in pairwise(sums):
        later += earlier
    return sums


@lru_cache(maxsize=1024)
def _ends(n: int) -> tuple[tuple[int, ...], Floats]:
    """Return where the parts of n terms start, and how many terms each has."""
    parts = parts_of(n, PARTS)
    lengths = np.array([part.stop - part.start for part in parts], np.float64)
    lengths.flags.writeable = False
    return tuple(part.start for part in parts), lengths


def _in_columns(each: Floats) -> Floats:
    return each.reshape(len(each), -1)


def _down(columns: Floats) -> Floats:
    """Return the sum of each column; a matrix product would be faster, but not where its threads find no core."""
    total: Floats = np.einsum("ij->j", columns)
    return total


def _sizes(columns: Floats) -> tuple[Floats, Floats]:
    """Return S and Q of each column."""
    return _down(np.abs(columns)), np.einsum("ij,ij->j", columns, columns)


def random_order(value: Floats, square: Floats, n: int) -> Floats:
    """Return the mean, over all orders of n terms, of the sum of the squares of the partial sums.

    t² is at most n Q, so that both parts of what the module's text says come together as (n + 1) / 6 (2 t² + Q).
    """
    walk: Floats = np.square(value)
    walk *= 2
    walk += square
    walk *= (n + 1) / 6
    return walk


@lru_cache(maxsize=1024)
def parts_of(n: int, most: int) -> tuple[slice, ...]:
    """Return n terms in their natural order as so many parts at most, between which the partial sums are looked at."""
    count = min(n, most)
    return tuple(slice(begin, end) for begin, end in pairwise(n * part // count for part in range(count + 1)))


def added(parts: tuple[Estimate, ...], arithmetic: Arithmetic) -> Estimate:
    """Return the sum of estimates of one shape, element by element, rounded."""
    together = Estimate(
        np.stack([part.value for part in parts]),
        np.stack([part.worst_case for part in parts]),
        np.stack([part.variance for part in parts]),
    )
    return total(together, 0, arithmetic)
