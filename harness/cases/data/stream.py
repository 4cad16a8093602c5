"""One stream of random bits for each tensor, the same on every machine and Python version.

NumPy guarantees the raw output of a bit generator for ever, but not what its distributions make of it, so the bits are
turned into numbers here, by exact operations only. Source: NumPy enhancement proposal 19.
"""

import hashlib
import math

import numpy as np
from numpy.typing import NDArray

from harness.operators.specification import Shape

Floats = NDArray[np.float64]


def random_bits(seed: int, name: str, count: int) -> NDArray[np.uint64]:
    """Return ``count`` integers of 64 random bits from the stream of the tensor ``name``."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    generator = np.random.Philox(key=int.from_bytes(digest[:16], "little"))
    return np.asarray(generator.random_raw(count), dtype=np.uint64)


def unit_interval(seed: int, name: str, shape: Shape) -> Floats:
    """Return multiples of 2**-20 in [0, 1), shape ``shape``: exact in float32, also after a shift by up to 8."""
    bits = random_bits(seed, name, math.prod(shape)) >> np.uint64(44)
    return (bits.astype(np.float64) * 2.0**-20).reshape(shape)


def integers(seed: int, name: str, shape: Shape, low: int, high: int) -> NDArray[np.int64]:
    """Return integers from ``low`` to ``high``, both included, shape ``shape``."""
    bits = random_bits(seed, name, math.prod(shape)) >> np.uint64(32)
    scaled = (bits * np.uint64(high - low + 1)) >> np.uint64(32)
    return (scaled.astype(np.int64) + low).reshape(shape)
