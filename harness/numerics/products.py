"""Sums of products as matrix products, with the error of ``harness.numerics.summation``."""

from collections.abc import Iterable

import numpy as np

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.coherence import REPEATED, repeats
from harness.numerics.estimate import Estimate, Flags, Floats, joined
from harness.numerics.sizes import OF_COLUMNS, OF_ROWS, Exact, Lengths, Sizes, lengths
from harness.numerics.summation import FEW, PARTS, parts_of, random_order

# Fewer partial sums are looked at where there are so many sums that each look is dear.
PARTS_OF_MANY = 4
# Products from which on sums are many.
MANY = 2**19
# Sums of a block: the dozen arrays of it that an error takes fit into the processor's cache.
BLOCK = 2**14

Blocks = Iterable[tuple[Estimate, Estimate]]


def product(a: Estimate, b: Estimate, arithmetic: Arithmetic, bias: Estimate | None = None) -> Estimate:
    """Return the matrix product ``a @ b``, plus ``bias`` as one more term of each sum.

    Args:
        a: (…, rows, n).
        b: (…, n, columns).
        arithmetic: of the implementation.
        bias: broadcast to the result, or None.
    """
    n = a.shape[-1]
    many = is_many(a.value.size * b.shape[-1])
    repeated = repeats(n, arithmetic, a.value, b.value)
    if not many:
        return product_of_blocks([(a, b)], Exact(), parts_for(n, many), repeated, arithmetic, bias)
    of_rows, of_columns = lengths(a.value, OF_ROWS), lengths(b.value, OF_COLUMNS)
    together = max(1, BLOCK // b.shape[-1])
    found = []
    for begin in range(0, a.shape[-2], together):
        rows = slice(begin, begin + together)
        sizes = Lengths((of_rows[0][..., rows], of_rows[1][..., rows]), of_columns)
        found.append(product_of_blocks([(a[..., rows, :], b)], sizes, parts_for(n, many), repeated, arithmetic, bias))
    return joined(found, -2)


def parts_for(n: int, many: bool) -> int:
    """Return between how many parts of n products the partial sums are looked at."""
    # A part of a few terms costs more than it tells.
    return min(PARTS_OF_MANY, max(n // 4, 1)) if many else PARTS


def product_of_blocks(
    blocks: Blocks, sizes: Sizes, parts: int, repeated: float, arithmetic: Arithmetic, bias: Estimate | None = None
) -> Estimate:
    """Return the sum of the matrix products of all blocks, in that order, as one sum each.

    Args:
        blocks: pairs (…, rows, part of n) and (…, part of n, columns).
        sizes: what is to be known of the products, computed or bounded (see ``is_many``).
        parts: of each block, between which the partial sums are looked at.
        repeated: the share of products that repeat others (see ``repeats``).
        arithmetic: of the implementation.
        bias: as in ``product``.
    """
    sums = _Sums(sizes)
    for a, b in blocks:
        sums.add(a, b, parts)
    value, n, start = sums.partial, sums.n, None if bias is None else bias.value
    walk = sums.walk(start)
    magnitude, square = sizes.magnitude, sizes.square
    none = sizes.none if start is None else _both(sizes.none, start == 0)
    if start is not None:
        n += 1
        value += start
        magnitude += np.abs(start)
        square += np.square(start)
    unit, factor = arithmetic.unit_roundoff, arithmetic.factor_roundoff
    underflow = n * arithmetic.smallest_normal * (1 + sizes.largest)
    worst_case = magnitude
    worst_case *= n * unit + 2 * factor
    worst_case += underflow
    variance = np.maximum(walk, random_order(value, square, n), out=walk)
    variance += square
    variance *= unit**2 / 3
    variance += underflow * underflow / 3
    if factor:
        square *= 2 * factor**2 / 3
        variance += square
    if repeated and n > FEW:
        np.maximum(variance, np.square(repeated * REPEATED * worst_case), out=variance)
    gain = arithmetic.product_gain
    if gain != 1:
        worst_case *= gain
        variance *= gain**2
    if none is not None:
        worst_case[none], variance[none] = 0.0, 0.0
    for inherited in sums.inherited:
        worst_case += inherited[0]
        variance += inherited[1]
    if bias is not None and not bias.is_exact:
        worst_case += bias.worst_case
        variance += bias.variance
    return Estimate(value, worst_case, variance)


def _both(one: Flags | None, other: Flags) -> Flags | None:
    return None if one is None else one & other


class _Sums:
    """Sums of products as they grow, and what their error depends on."""

    def __init__(self, sizes: Sizes) -> None:
        self.n = 0
        self.parts = 0
        self.partial = np.zeros(())
        # Σ P_j and Σ P_j².
        self.first = np.zeros(())
        self.second = np.zeros(())
        self.sizes = sizes
        self.inherited: list[tuple[Floats, Floats]] = []

    def add(self, a: Estimate, b: Estimate, parts: int) -> None:
        for part in parts_of(a.shape[-1], parts):
            self._add(a.value[..., part] @ b.value[..., part, :])
        self.n += a.shape[-1]
        self.sizes.add(a.value, b.value)
        if not a.is_exact:
            self.inherited.append((a.worst_case @ np.abs(b.value), a.variance @ np.square(b.value)))
        if not b.is_exact:
            # With the product of both errors, which is all there is where a value is 0.
            size, square = np.abs(a.value), np.square(a.value)
            if not a.is_exact:
                size += a.worst_case
                square += a.variance
            self.inherited.append((size @ b.worst_case, square @ b.variance))

    def _add(self, products: Floats) -> None:
        if not self.parts:
            self.partial = self.first = products
            self.second = np.square(products)
        elif self.parts == 1:
            self.partial = self.first + products
            self.first += self.partial
            self.second += np.square(self.partial, out=products)
        else:
            self.partial += products
            self.first += self.partial
            self.second += np.square(self.partial, out=products)
        self.parts += 1

    def walk(self, bias: Floats | None) -> Floats:
        """Return the larger Σ l_j P_j² of the natural order and its reverse, without the bias or with it as a start."""
        if self.parts == 1 and bias is None:
            return np.multiply(self.second, self.n, out=self.second)
        twice = 2 * self.first
        other = self.parts * self.partial
        other -= twice
        other *= self.partial
        np.maximum(other, 0, out=other)
        if bias is not None:
            twice += self.parts * bias
            twice *= bias
            np.maximum(other, twice, out=other)
        other += self.second
        other *= self.n / self.parts
        return other


def is_many(products: int) -> bool:
    """Return True for so many products that their sizes are bounded instead of computed."""
    return products > MANY
