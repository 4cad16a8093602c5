"""Paths into objects, such as ``W``, ``params.kernel`` or ``grads[0]``, and what lies at their end."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from harness.cases.problem import Array
from harness.errors import HarnessError, nearest

_PART = re.compile(r"[^.\[\]]+")


def parts(path: str) -> list[str]:
    """Return the names and indices that a path goes through."""
    return [part.strip("'\"") for part in _PART.findall(path)]


def read(owner: object, path: str) -> Any:
    """Return what lies at a path, through attributes, keys and indices.

    Raises:
        HarnessError: there is no such thing; the nearest name is suggested.
    """
    value: Any = owner
    for part in parts(path):
        value = _step(value, part, path)
    return value


def write(owner: object, path: str, array: Array) -> None:
    """Copy an array to a path: into the array that is there where its shape and format fit, otherwise in its place.

    Raises:
        HarnessError: the path leads nowhere.
    """
    old = read(owner, path)
    if isinstance(old, np.ndarray) and old.shape == array.shape and old.dtype == array.dtype and old.flags.writeable:
        old[...] = array
    else:
        assign(owner, path, np.array(array, order="C"))


def assign(owner: object, path: str, value: object) -> None:
    """Put something in the place of what lies at a path.

    Raises:
        HarnessError: the path leads nowhere.
    """
    *before, last = parts(path)
    place = read(owner, ".".join(before)) if before else owner
    _step(place, last, path)
    if isinstance(place, (Mapping, Sequence)):
        place[_key(place, last)] = value  # type: ignore[index]
    else:
        setattr(place, last, value)


def _step(value: Any, part: str, path: str) -> Any:
    if isinstance(value, (Mapping, Sequence)) and not isinstance(value, str):
        try:
            return value[_key(value, part)]
        except (KeyError, IndexError):
            known = [str(key) for key in value] if isinstance(value, Mapping) else [str(n) for n in range(len(value))]
            raise HarnessError(f"{path} leads nowhere: there is no {part}.{nearest(part, known)}") from None
    if not hasattr(value, part):
        known = [name for name in dir(value) if not name.startswith("__")]
        raise HarnessError(f"{path} leads nowhere: {type(value).__name__} has no {part}.{nearest(part, known)}")
    return getattr(value, part)


def _key(place: Any, part: str) -> Any:
    if isinstance(place, Mapping):
        return part if part in place or not part.isdigit() else int(part)
    return int(part) if part.lstrip("-").isdigit() else part
