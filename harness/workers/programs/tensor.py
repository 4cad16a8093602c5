"""One tensor as bytes: a header of 8-byte fields, then the numbers, all little-endian.

8 bytes      b"hntensor"
int64        version, 1
int64        format: 4 (float32), 8 (float64) or -8 (int64)
int64        number of dimensions, 0 for a single number
int64 each   dimensions
numbers      in C order, the last dimension fastest
"""

import math
import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from harness.cases.problem import Array
from harness.workers.incoming import BrokenAnswer

MAGIC = b"hntensor"
VERSION = 1
HEADER = struct.Struct("<8sqqq")
DIMENSION_BYTES = 8
MOST_DIMENSIONS = 8

# The number is that of the bytes that one element takes, negative for integers.
FORMATS: Mapping[int, np.dtype[Any]] = MappingProxyType({4: np.dtype("<f4"), 8: np.dtype("<f8"), -8: np.dtype("<i8")})


def pack(array: Array) -> bytes:
    """Return a tensor of float32, float64 or int64 as bytes."""
    code = next(code for code, dtype in FORMATS.items() if dtype == array.dtype)
    header = HEADER.pack(MAGIC, VERSION, code, array.ndim)
    return header + struct.pack(f"<{array.ndim}q", *array.shape) + array.astype(FORMATS[code], "C").tobytes()


def unpack(content: bytes | bytearray) -> Array:
    """Return the tensor, read-only, its numbers where they lie in ``content``.

    Raises:
        BrokenAnswer: they are no tensor, or less or more than one.
    """
    if len(content) < HEADER.size:
        raise BrokenAnswer(f"expected a header of {HEADER.size} bytes, got {len(content)}: truncated?")
    magic, version, code, dimensions = HEADER.unpack_from(content)
    if magic != MAGIC:
        raise BrokenAnswer(f"expected a tensor, which begins with {MAGIC!r}, got {magic!r}")
    if version != VERSION:
        raise BrokenAnswer(f"expected version {VERSION} of the layout, got {version}")
    if code not in FORMATS:
        raise BrokenAnswer(f"expected the format 4 (float32), 8 (float64) or -8 (int64), got {code}")
    if not 0 <= dimensions <= MOST_DIMENSIONS:
        raise BrokenAnswer(f"expected 0 to {MOST_DIMENSIONS} dimensions, got {dimensions}")
    start = HEADER.size + DIMENSION_BYTES * dimensions
    if len(content) < start:
        raise BrokenAnswer(
            f"expected {dimensions} dimensions in a header of {start} bytes, got {len(content)}: truncated?"
        )
    shape = struct.unpack_from(f"<{dimensions}q", content, HEADER.size)
    if min(shape, default=0) < 0:
        raise BrokenAnswer(f"expected dimensions of 0 or more, got {shape}")
    return _numbers(content, start, FORMATS[code], shape)


def _numbers(content: bytes | bytearray, start: int, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Array:
    expected, got = math.prod(shape) * dtype.itemsize, len(content) - start
    if got != expected:
        guess = "truncated?" if got < expected else "more than it says"
        raise BrokenAnswer(f"expected {expected:,} bytes of numbers for shape {shape} in {dtype}, got {got:,}: {guess}")
    array: Array = np.frombuffer(content, dtype, offset=start).reshape(shape)
    array.flags.writeable = False
    return array
