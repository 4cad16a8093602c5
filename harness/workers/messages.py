"""Messages: a prefix with two lengths, a JSON head, and the bytes of arrays. Nothing is pickled.

4 bytes    b"hnf1"
4 bytes    length of the head, little-endian
8 bytes    length of the body, little-endian
head       JSON in ASCII; its "arrays" are [name, dtype, shape], in the order of the body
body       each array in C order, padded with zeros to a multiple of 64 bytes
"""

import json
import math
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from harness.cases.problem import Array
from harness.workers.incoming import BrokenAnswer, Reading
from harness.workers.limits import LONGEST_NAME

PREFIX = struct.Struct("<4sIQ")
MAGIC = b"hnf1"
ALIGNMENT = 64
# Python objects stay where they are; only that they are objects, and how many, is told.
OBJECTS = "|O"
# What ``dtype.str`` gives. numpy.dtype takes a whole language, with structures and shapes.
_FORMAT = re.compile(r"[<>|][?a-zA-Z]\d{0,9}(\[\d{0,9}\w{1,9}\])?")


@dataclass(frozen=True)
class Message:
    """One message.

    Attributes:
        head: values of JSON by name.
        arrays: by name.
    """

    head: Mapping[str, Any]
    arrays: Mapping[str, Array]


def pack(message: Message) -> bytes:
    """Return a message as bytes."""
    listed = [[name, _format(array), list(array.shape)] for name, array in message.arrays.items()]
    head = json.dumps({**message.head, "arrays": listed}).encode("ascii")
    parts: list[bytes] = []
    length = 0
    for array in message.arrays.values():
        if not array.dtype.hasobject:
            parts += [array.tobytes(), bytes(-array.nbytes % ALIGNMENT)]
            length += padded(array.nbytes)
    return b"".join([PREFIX.pack(MAGIC, len(head), length), head, *parts])


def reading(most_head: int, most_body: int) -> Reading[Message]:
    """Read a message, its arrays read-only; they lie where its body was read.

    Raises:
        BrokenAnswer: it is none, promises more than the limits, or its arrays do not fill its body.
    """
    prefix = yield PREFIX.size
    magic, head, body = PREFIX.unpack(prefix)
    if magic != MAGIC:
        raise BrokenAnswer(f"expected a frame, got the bytes {bytes(prefix)!r}")
    if head > most_head:
        raise BrokenAnswer(f"expected a head of at most {most_head:,} bytes, got {head:,}")
    if body > most_body:
        raise BrokenAnswer(f"expected arrays of at most {most_body:,} bytes, got {body:,}")
    values = _values(bytes((yield head)))
    listed = values.pop("arrays", None)
    return Message(values, _arrays(listed, (yield body)))


def padded(length: int) -> int:
    """Return the length of an array in the body."""
    return length + -length % ALIGNMENT


def size(arrays: Iterable[Array]) -> int:
    """Return how many bytes the arrays take in a body, or in memory where they are objects."""
    return sum(padded(array.nbytes) for array in arrays)


def _format(array: Array) -> str:
    return OBJECTS if array.dtype.hasobject else array.dtype.str


def _values(head: bytes) -> dict[str, Any]:
    try:
        values = json.loads(head)
    except (ValueError, RecursionError) as error:
        raise BrokenAnswer(f"expected a head of JSON, got {head[:80]!r} ({error})") from None
    if not isinstance(values, dict):
        raise BrokenAnswer(f"expected a head that is a JSON object, got {head[:80]!r}")
    return values


def _arrays(listed: object, body: bytearray) -> dict[str, Array]:
    if not isinstance(listed, list):
        raise BrokenAnswer(f"expected a list of arrays, got {str(listed)[:80]}")
    arrays: dict[str, Array] = {}
    start = 0
    for entry in listed:
        name, dtype, shape = _entry(entry)
        if name in arrays:
            raise BrokenAnswer(f"expected every array once, got {name} twice")
        length = 0 if dtype.hasobject else math.prod(shape) * dtype.itemsize
        if start + padded(length) > len(body):
            raise BrokenAnswer(f"expected {name} with shape {shape} in {len(body):,} bytes that came; it ends later")
        try:
            if dtype.hasobject:
                # One None in the place of all: a frame has no bytes for them.
                array = np.broadcast_to(np.array(None), shape)
            else:
                array = np.ndarray(shape, dtype, body, start) if length else np.empty(shape, dtype)
        except (ValueError, TypeError, OverflowError) as error:
            raise BrokenAnswer(f"expected {name} with shape {shape} and format {dtype}: {error}") from None
        array.flags.writeable = False
        arrays[name] = array
        start += padded(length)
    if start != len(body):
        raise BrokenAnswer(f"expected {len(body):,} bytes of arrays, got a list of arrays with {start:,}")
    return arrays


def _entry(entry: object) -> tuple[str, np.dtype[Any], tuple[int, ...]]:
    # Not by matching a pattern, which takes longer for each array than all else that is done to it.
    if type(entry) is list and len(entry) == 3:
        name, dtype, shape = entry
        if type(name) is str and type(dtype) is str and type(shape) is list and len(name) <= LONGEST_NAME:
            known = _known(dtype)
            if known is None:
                raise BrokenAnswer(f"expected the format of {name}, got {dtype[:80]!r}")
            if known.itemsize > 0 and all(type(length) is int and 0 <= length < 2**62 for length in shape):
                return name, known, tuple(shape)
    raise BrokenAnswer(f"expected a name, a format and a shape, got {str(entry)[:80]}")


@lru_cache(maxsize=32)
def _known(dtype: str) -> np.dtype[Any] | None:
    try:
        return np.dtype(dtype) if _FORMAT.fullmatch(dtype) else None
    except (TypeError, ValueError, OverflowError):
        return None
