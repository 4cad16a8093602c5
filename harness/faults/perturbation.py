"""Graded errors: a right result made wrong by a stated amount, at one place."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from harness.cases.problem import Array

Part = Literal["whole", "element", "channel"]
Format = Literal["", "float16", "bfloat16", "tf32"]
Of = Literal["result", "factors"]
# Digits of the significand, the leading one included. float16 also has a small range and is converted instead.
SIGNIFICAND: Mapping[str, int] = MappingProxyType({"bfloat16": 8, "tf32": 11})
# Largest relative error of one rounding.
UNIT_ROUNDOFF: Mapping[str, float] = MappingProxyType({"float16": 2.0**-11, "bfloat16": 2.0**-8, "tf32": 2.0**-11})


@dataclass(frozen=True)
class Perturbation:
    """What happens to an otherwise right result.

    Attributes:
        place: the kind of observable, as in ``Fault.moves``: ``forward``, ``gradient/kernel``, …; empty for nowhere.
        size: relative error.
        part: the whole tensor, its largest element, or its largest channel (along the last axis).
        format: number format that the numbers pass through, besides.
        of: whether that is the result, or the factors that it is computed from.
    """

    place: str = ""
    size: float = 0.0
    part: Part = "whole"
    format: Format = ""
    of: Of = "result"

    @property
    def magnitude(self) -> float:
        """The relative error that one number gets at most."""
        return self.size + (UNIT_ROUNDOFF[self.format] if self.format else 0.0)

    def result(self, place: str, array: Any) -> Any:
        """Return the array of that place, perturbation where this is the place; of several arrays each."""
        if place != self.place or self.of == "factors":
            return array
        if isinstance(array, tuple):
            return tuple(self.result(place, each) for each in array)
        return self._grown(self._reformatted(np.asarray(array)))

    def moves_factors_of(self, place: str) -> bool:
        """True where the factors of that place's result lose digits."""
        return place == self.place and self.of == "factors"

    def factor(self, array: Any) -> Any:
        """Return a factor with the digits that the format leaves it; of several arrays each."""
        if isinstance(array, tuple):
            return tuple(self.factor(each) for each in array)
        return self._reformatted(array)

    def factors(self, arrays: Mapping[str, Array]) -> Mapping[str, Array]:
        """Return factors by name with the digits that the format leaves them."""
        return {name: self.factor(array) for name, array in arrays.items()}

    def _reformatted(self, array: Array) -> Array:
        if not self.format:
            return array
        if self.format == "float16":
            with np.errstate(over="ignore", under="ignore"):
                return np.asarray(array.astype(np.float16).astype(array.dtype))
        digits = SIGNIFICAND[self.format]
        significand, exponent = np.frexp(array)
        rounded = np.ldexp(np.rint(np.ldexp(significand, digits)), exponent - digits)
        return np.asarray(np.where(np.isfinite(array), rounded, array).astype(array.dtype))

    def _grown(self, array: Array) -> Array:
        if not self.size:
            return array
        factor = np.asarray(1 + self.size, array.dtype)
        if self.part == "whole" or array.ndim == 0:
            return np.asarray(array * factor)
        size = np.abs(array)
        grown = np.array(array)
        if self.part == "element":
            place = np.unravel_index(int(size.argmax()), size.shape)
            grown[place] *= factor
        else:
            largest = int(size.reshape(-1, size.shape[-1]).sum(axis=0).argmax())
            grown[..., largest] *= factor
        return grown
