"""Sums and sums of products in any order, with the error that their rounding can make.

Symbols: terms p_1 … p_n (products, or what is simply added up), t = Σ p, S = Σ |p|, Q = Σ p², u the unit roundoff.

Worst case, any order, with or without fused multiply-add: ``n u S`` for products and ``(n - 1) u S`` for plain sums
(Higham, chapters 3 and 4; n u instead of γ_n: Lange and Rump, BIT 57, 2017). Two terms round once: ``u |t|``.

Independent roundings, each uniform within ±u times its result: the variance is ``u² / 3 (Q + walk)``, Q for the
products and ``walk`` for the squares of all partial sums. These depend on the order, and the largest is taken of

- a random order: ``(n + 1)(2n + 1) / (6n) t² + (n + 1) / 6 max(Q - t² / n, 0)``, the mean over all orders;
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

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np

from harness.verdict.arithmetic import Arithmetic
from harness.verdict.estimate import Estimate, Factor, Floats

# How many partial sums of the natural order are looked at; fewer where there are so many sums that each look is dear.
PARTS = 8
PARTS_OF_MANY = 4
# Products from which on sums are many.
MANY = 2**19

# Worst measured error of repeated terms: a quarter of the worst case, here at twice the deviation.
REPEATED = 1 / 8
# How many elements are looked at, and what share of them agrees by chance: three deviations of a mean, or a tenth.
SAMPLE = 1024
SAMPLE_OF_TERMS = 2**14
CHANCE = 3.0
CHANCE_OF_FACTORS = 0.1
# Partial sums pass through several powers of two, each with a last digit of its own.
BINADES = 3
# Of so few terms the worst case is near enough to the deviation.
FEW = 4

Blocks = Iterable[tuple[Estimate, Estimate]]


def product(a: Estimate, b: Estimate, arithmetic: Arithmetic, bias: Estimate | None = None) -> Estimate:
    """Return the matrix product ``a @ b``, plus ``bias`` as one more term of each sum.

    Args:
        a: (…, rows, n).
        b: (…, n, columns).
        arithmetic: of the implementation.
        bias: broadcast to the result, or None.
    """
    many = is_many(a.value.size * b.shape[-1])
    repeated = repeats(a.shape[-1], arithmetic, a.value, b.value)
    return product_of_blocks(in_parts(a, b, many), many, repeated, arithmetic, bias)


def in_parts(a: Estimate, b: Estimate, many: bool) -> Iterator[tuple[Estimate, Estimate]]:
    """Yield the factors of a matrix product as blocks, between which the partial sums are looked at."""
    n = a.shape[-1]
    # A part of a few terms costs more than it tells.
    for part in _parts(n, min(PARTS_OF_MANY, max(n // 4, 1)) if many else PARTS):
        yield a[..., part], b[..., part, :]


def product_of_blocks(
    blocks: Blocks, many: bool, repeated: float, arithmetic: Arithmetic, bias: Estimate | None = None
) -> Estimate:
    """Return the sum of the matrix products of all blocks, in that order, as one sum each.

    Args:
        blocks: pairs (…, rows, part of n) and (…, part of n, columns).
        many: True to bound the size of the products instead of computing it (see ``is_many``).
        repeated: the share of products that repeat others (see ``repeats``).
        arithmetic: of the implementation.
        bias: as in ``product``.
    """
    sums = _Sums(_Bounded() if many else _Exact())
    for a, b in blocks:
        sums.add(a, b)
    value, n = sums.partial, sums.n
    magnitude, square = sums.sizes.magnitude, sums.sizes.square
    walk = sums.walk(0.0 if bias is None else bias.value)
    if bias is not None:
        n += 1
        value = value + bias.value
        magnitude = magnitude + np.abs(bias.value)
        square = square + np.square(bias.value)
    np.maximum(walk, _random_order(value, square, n), out=walk)
    unit, factor = arithmetic.unit_roundoff, arithmetic.factor_roundoff
    underflow = n * arithmetic.smallest_normal * (1 + sums.sizes.largest)
    det = (n * unit + 2 * factor) * magnitude + underflow
    walk += square
    walk *= unit**2 / 3
    var = walk + (2 * factor**2 * square + underflow * underflow) / 3 if factor else walk + underflow * underflow / 3
    if repeated and n > FEW:
        var = np.maximum(var, np.square(repeated * REPEATED * det))
    gain = arithmetic.product_gain
    if gain != 1:
        det, var = gain * det, gain**2 * var
    none = magnitude == 0
    if none.any():
        det[none], var[none] = 0.0, 0.0
    for part in (*sums.inherited, *([bias] if bias is not None and not bias.is_exact else [])):
        det, var = det + part.det, var + part.var
    return Estimate(value, det, var)


class _Exact:
    """S and Q, computed."""

    def __init__(self) -> None:
        self._magnitude: Factor = 0.0
        self._square: Factor = 0.0
        self.largest = 0.0

    def add(self, a: Floats, b: Floats) -> None:
        size_a, size_b = np.abs(a), np.abs(b)
        self._magnitude = self._magnitude + size_a @ size_b
        self._square = self._square + np.square(a) @ np.square(b)
        self.largest = max(self.largest, float(size_a.max(initial=0)) + float(size_b.max(initial=0)))

    @property
    def magnitude(self) -> Floats:
        return np.asarray(self._magnitude)

    @property
    def square(self) -> Floats:
        return np.asarray(self._square)


class _Bounded:
    """S and Q, bounded by the 2-norms and 4-norms of the factors' rows and columns."""

    def __init__(self) -> None:
        self._rows: tuple[Factor, Factor] = (0.0, 0.0)
        self._columns: tuple[Factor, Factor] = (0.0, 0.0)
        self.largest = 0.0

    def add(self, a: Floats, b: Floats) -> None:
        # Sums of squares without the squares, and without a slow reduction of short rows.
        rows, columns = "...ij,...ij->...i", "...ij,...ij->...j"
        a2, b2 = np.square(a), np.square(b)
        self._rows = self._rows[0] + np.einsum(rows, a, a), self._rows[1] + np.einsum(rows, a2, a2)
        self._columns = self._columns[0] + np.einsum(columns, b, b), self._columns[1] + np.einsum(columns, b2, b2)
        self.largest = math.sqrt(float(np.max(self._rows[0]))) + math.sqrt(float(np.max(self._columns[0])))

    @property
    def magnitude(self) -> Floats:
        return self._outer(0)

    @property
    def square(self) -> Floats:
        return self._outer(1)

    def _outer(self, which: int) -> Floats:
        outer: Floats = np.sqrt(self._rows[which])[..., :, None] * np.sqrt(self._columns[which])[..., None, :]
        return outer


class _Sums:
    """Sums of products as they grow, and what their error depends on."""

    def __init__(self, sizes: _Exact | _Bounded) -> None:
        self.n = 0
        self.parts = 0
        self.partial = np.zeros(())
        # Σ P_j and Σ P_j².
        self.first = np.zeros(())
        self.second = np.zeros(())
        self.sizes = sizes
        self.inherited: list[Estimate] = []

    def add(self, a: Estimate, b: Estimate) -> None:
        products = a.value @ b.value
        if self.parts:
            self.partial += products
            self.first += self.partial
            self.second += np.square(self.partial, out=products)
        else:
            self.partial, self.first, self.second = products, products.copy(), np.square(products)
        self.parts += 1
        self.n += a.shape[-1]
        self.sizes.add(a.value, b.value)
        if not a.is_exact:
            det, var = a.det @ np.abs(b.value), a.var @ np.square(b.value)
            self.inherited.append(Estimate(det, det, var))
        if not b.is_exact:
            # With the product of both errors, which is all there is where a value is 0.
            det, var = (np.abs(a.value) + a.det) @ b.det, (np.square(a.value) + a.var) @ b.var
            self.inherited.append(Estimate(det, det, var))

    def walk(self, bias: Floats | float) -> Floats:
        """Return the larger Σ l_j P_j² of the natural order and its reverse, without the bias or with it as a start."""
        other = self.parts * self.partial
        other -= 2 * self.first
        other *= self.partial
        np.maximum(other, 0, out=other)
        if isinstance(bias, np.ndarray):
            np.maximum(other, bias * (2 * self.first + self.parts * bias), out=other)
        other += self.second
        other *= self.n / self.parts
        return other


def is_many(products: int) -> bool:
    """Return True for so many products that their sizes are bounded instead of computed."""
    return products > MANY


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

    each = rows(terms.value)
    n = len(each)
    if n > FEW:
        estimate = _sum_of_many(each, arithmetic)
    elif n > 2:
        estimate = accumulated(each.sum(axis=0), np.abs(each).sum(axis=0), np.asarray(float(n)), arithmetic)
    else:
        estimate = Estimate.exact(each.sum(axis=0)).rounded(n - 1, arithmetic) if n > 1 else Estimate.exact(each[0])
    if terms.is_exact:
        return estimate
    return Estimate(
        estimate.value, estimate.det + rows(terms.det).sum(axis=0), estimate.var + rows(terms.var).sum(axis=0)
    )


def accumulated(value: Floats, magnitude: Floats, count: Floats, arithmetic: Arithmetic) -> Estimate:
    """Return sums of a few terms each, of which only ``count``, t and S are known: exact where there is one term.

    Every partial sum is at most S, and ``count - 1`` of them round: the variance is at most ``(count - 1) u² S² / 3``.
    """
    roundings = np.maximum(count - 1, 0)
    underflow = np.where(magnitude > 0, arithmetic.smallest_normal, 0.0) * roundings
    each = arithmetic.unit_roundoff * magnitude
    return Estimate(value, roundings * each + underflow, (roundings * np.square(each) + np.square(underflow)) / 3)


def repeats(n: int, arithmetic: Arithmetic, *factors: Floats) -> float:
    """Return the share of products of elements of each factor, other than 0, that agree with another one.

    Two agree if they differ by less than a small part of the last digit of a sum of n of them.
    """
    digit = n * arithmetic.unit_roundoff / 64
    return min(_repeated(factor, digit) for factor in factors)


def _repeated(array: Floats, digit: float) -> float:
    # An odd step meets all places of a pattern of even length; unlike ``ravel``, ``flat`` copies only what is taken.
    sample = np.abs(array.flat[:: array.size // SAMPLE | 1])
    sample = np.sort(sample[sample != 0])
    if sample.size < 2:
        return 0.0
    share = np.count_nonzero(np.diff(sample) <= digit * sample[1:]) / sample.size
    return float(max(share - CHANCE_OF_FACTORS, 0.0))


def _drift(each: Floats, largest: Floats, arithmetic: Arithmetic) -> Floats:
    """Return the mean of what is rounded off of terms (n, …) beside the largest partial sum, from 0 to 1, (…)."""
    rows = max(SAMPLE_OF_TERMS // max(largest.size, 1), 16)
    sample = each[:: len(each) // rows | 1]
    _, exponent = np.frexp(largest * arithmetic.unit_roundoff)
    drift = np.zeros(largest.shape)
    for binade in range(BINADES):
        digits = np.ldexp(sample, binade - exponent)
        rounded_off = digits - np.rint(digits)
        # A tie goes either way.
        rounded_off = np.where(np.abs(rounded_off) == 0.5, 0.0, rounded_off)
        drift = np.maximum(drift, 2 * np.abs(rounded_off.mean(axis=0)))
    return np.maximum(drift - CHANCE / math.sqrt(len(sample)), 0.0)


def _sum_of_many(each: Floats, arithmetic: Arithmetic) -> Estimate:
    n = len(each)
    magnitude, square = np.abs(each).sum(axis=0), np.square(each).sum(axis=0)
    parts = _parts(n, PARTS)
    sums = np.add.reduceat(each, [part.start for part in parts], axis=0).cumsum(axis=0)
    lengths = np.array([part.stop - part.start for part in parts], np.float64)
    lengths = lengths.reshape(-1, *[1] * (each.ndim - 1))
    value = sums[-1]
    walk = np.maximum((lengths * np.square(sums)).sum(axis=0), (lengths * np.square(value - sums)).sum(axis=0))
    walk = np.maximum(walk, _random_order(value, square, n))
    underflow = n * arithmetic.smallest_normal
    det = (n - 1) * arithmetic.unit_roundoff * magnitude + underflow
    var = (arithmetic.unit_roundoff**2 * walk + underflow**2) / 3
    coherent = np.maximum(_drift(each, np.abs(sums).max(axis=0), arithmetic), repeats(n, arithmetic, each))
    var = np.maximum(var, np.square(coherent * REPEATED * det))
    some = magnitude > 0
    return Estimate(value, np.where(some, det, 0.0), np.where(some, var, 0.0))


def _random_order(value: Floats, square: Floats, n: int) -> Floats:
    """Return the mean, over all orders of n terms, of the sum of the squares of the partial sums."""
    together = np.square(value)
    walk: Floats = np.maximum(square - together / n, 0)
    walk *= (n + 1) / 6
    together *= (n + 1) * (2 * n + 1) / (6 * n)
    walk += together
    return walk


def _parts(n: int, most: int) -> list[slice]:
    count = min(n, most)
    return [slice(begin, end) for begin, end in pairwise(n * part // count for part in range(count + 1))]
