"""How tensors are compared: to the bit where arithmetic is exact, else to the roundings that were counted."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from harness.cases.problem import Array

Tensors = Mapping[str, Array]
Wrong = Callable[..., list[str]]

UNIT_ROUNDOFF = float(np.finfo(np.float64).eps) / 2
# NumPy promises 4 units in the last place for its elementary functions, which is 8 unit roundoffs.
ROUNDINGS_OF_AN_ELEMENTARY_FUNCTION = 8


@pytest.fixture
def wrong() -> Wrong:
    """Name the tensors that differ in shape, format or any element.

    Where ``elementary`` functions or ``operations`` are counted, the two sides may differ by that many roundings each
    of numbers of the size ``magnitude``. Source: Higham, Accuracy and Stability of Numerical Algorithms, lemma 3.1.
    """

    def names(expected: Tensors, got: Tensors, elementary: int = 0, operations: int = 0, magnitude: Any = 0.0) -> Any:
        assert expected.keys() == got.keys()
        each_side = (elementary * ROUNDINGS_OF_AN_ELEMENTARY_FUNCTION + operations) * UNIT_ROUNDOFF
        allowed = 2 * each_side / (1 - each_side) * np.asarray(magnitude)
        return [name for name in expected if not _agree(expected[name], got[name], allowed)]

    return names


def _agree(expected: Array, got: Array, allowed: Array) -> bool:
    if expected.shape != got.shape or expected.dtype != got.dtype or not np.isfinite(got).all():
        return False
    return bool((np.abs(got - expected) <= allowed).all())


@pytest.fixture
def frozen() -> Callable[[Any], Array]:
    """Make a read-only float64 array: operators write into none of their inputs."""

    def freeze(values: Any) -> Array:
        array = np.array(values, np.float64)
        array.flags.writeable = False
        return array

    return freeze


@pytest.fixture
def integers() -> Callable[..., Array]:
    """Draw small integers, on which sums of products are exact."""
    draw = np.random.default_rng(0)

    def make(*shape: int) -> Array:
        return draw.integers(-3, 3, shape, endpoint=True).astype(np.float64)

    return make
