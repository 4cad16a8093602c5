"""The sizes of the products in sums: S = Σ |p| and Q = Σ p², computed, or bounded by the lengths of the factors."""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from harness.numerics.estimate import Flags, Floats

# Sums of squares without the squares, and without a slow reduction of short rows.
OF_ROWS = "...ij,...ij->...i"
OF_COLUMNS = "...ij,...ij->...j"


class Sizes(Protocol):
    """What is known of the products of all blocks that were added; each array is a new one.

    Attributes:
        magnitude: S, or what it is at most, (…, rows, columns).
        square: Q, likewise.
        none: where every product is 0; None where that is so nowhere.
        largest: the largest sum of the sizes of two factors, or more.
    """

    @property
    def magnitude(self) -> Floats: ...

    @property
    def square(self) -> Floats: ...

    @property
    def none(self) -> Flags | None: ...

    @property
    def largest(self) -> float: ...

    def add(self, a: Floats, b: Floats) -> None:
        """Add the products of (…, rows, part of n) and (…, part of n, columns)."""


class Exact:
    """S and Q, computed."""

    def __init__(self) -> None:
        self._magnitude = np.zeros(())
        self._square = np.zeros(())
        self.largest = 0.0

    def add(self, a: Floats, b: Floats) -> None:
        size_a, size_b = np.abs(a), np.abs(b)
        self._magnitude = self._magnitude + size_a @ size_b
        self.largest = max(self.largest, float(size_a.max(initial=0)) + float(size_b.max(initial=0)))
        self._square = self._square + np.square(a, out=size_a) @ np.square(b, out=size_b)

    @property
    def magnitude(self) -> Floats:
        return self._magnitude.copy()

    @property
    def square(self) -> Floats:
        return self._square.copy()

    @property
    def none(self) -> Flags | None:
        none: Flags = self._magnitude == 0
        return none if none.any() else None


@dataclass(frozen=True)
class Lengths:
    """Squared 2-norms and 4-norms of the factors' rows and columns, by which S and Q are bounded.

    Attributes:
        rows: Σ a² and Σ a⁴ over n, (…, rows) each.
        columns: Σ b² and Σ b⁴ over n, (…, columns) each.
    """

    rows: tuple[Floats, Floats]
    columns: tuple[Floats, Floats]

    def add(self, a: Floats, b: Floats) -> None:
        """Nothing is added: the lengths are those of all blocks."""

    @property
    def magnitude(self) -> Floats:
        return self._outer(0)

    @property
    def square(self) -> Floats:
        return self._outer(1)

    @property
    def none(self) -> Flags | None:
        rows, columns = self.rows[0] == 0, self.columns[0] == 0
        return rows[..., :, None] | columns[..., None, :] if rows.any() or columns.any() else None

    @property
    def largest(self) -> float:
        return math.sqrt(float(self.rows[0].max())) + math.sqrt(float(self.columns[0].max()))

    def _outer(self, which: int) -> Floats:
        outer: Floats = np.sqrt(self.rows[which])[..., :, None] * np.sqrt(self.columns[which])[..., None, :]
        return outer


def lengths(array: Floats, over: str) -> tuple[Floats, Floats]:
    """Return Σ a² and Σ a⁴ along the axes that ``over`` leaves out.

    Args:
        array: factors.
        over: the sum of products of two such arrays, in ``einsum``'s notation.
    """
    squares = np.square(array)
    return np.einsum(over, array, array), np.einsum(over, squares, squares)
