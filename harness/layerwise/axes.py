"""Axes of tensors as strings, one letter an axis: ``NHWC``, ``OIHW``, ``1O``, ``O(HWI)``.

A ``1`` is an axis of size 1 that the other side does not have. An axis that the other side has and this one lacks must
have size 1 there. Axes in brackets are one axis, the last of them running fastest.
"""

import re
from collections.abc import Mapping
from math import prod

import numpy as np

from harness.cases.problem import Array
from harness.errors import Unsupported

_GROUP = re.compile(r"\(([A-Z1]+)\)|([A-Z1])")


def groups(axes: str) -> list[str]:
    """Return the letters of each axis: ``O(HWI)`` has the axes ``O`` and ``HWI``."""
    return [one or several for several, one in _GROUP.findall(axes)]


def rearranged(array: Array, have: str, want: str, sizes: Mapping[str, int] | None = None) -> Array:
    """Return the array with the axes of ``want``, as a view where that is possible.

    Args:
        array: with the axes of ``have``.
        have: axes as they are.
        want: axes as they should be.
        sizes: of each letter; needed only where ``have`` has brackets.

    Raises:
        Unsupported: an axis that ``want`` lacks has more than one element.
    """
    known = dict(sizes or {}) | dict(zip(groups(have), array.shape, strict=True))
    letters = [axis for group in groups(have) for axis in group if axis != "1"]
    array = array.reshape([known[axis] for axis in letters])
    for axis in [axis for axis in letters if axis not in want]:
        if known[axis] != 1:
            raise Unsupported(f"axes {want} have no {axis}, of which there are {known[axis]}")
        array = array.reshape([known[each] for each in letters if each != axis])
        letters.remove(axis)
    kept = [axis for axis in want if axis in letters]
    moved = array.transpose([letters.index(axis) for axis in kept])
    return moved.reshape([prod(known[axis] if axis in kept else 1 for axis in group) for group in groups(want)])


def can_be(array: Array, axes: str, sizes: Mapping[str, int] | None = None) -> bool:
    """True where an array has as many axes as the string, of one element along each ``1`` and the sizes that are known.

    Only the sizes of axes in brackets matter: others are what the array says.
    """
    if array.ndim != len(groups(axes)):
        return False
    known = {**(sizes or {}), "1": 1}
    return all(
        size == prod(known.get(axis, 0) for axis in group)
        for size, group in zip(array.shape, groups(axes), strict=True)
        if len(group) > 1 or group == "1"
    )


def flipped(array: Array, axes: str) -> Array:
    """Return a view that is turned around along every axis of places in an image: H rows and W columns."""
    return np.flip(array, tuple(place for place, axis in enumerate(axes) if axis in "HW"))


def without_batch(axes: str) -> str:
    """Return the axes of one sample."""
    return axes.replace("N", "")


def reordered_features(array: Array, image: tuple[int, ...], have: str, want: str) -> Array:
    """Return features (batch, features) of flattened images in another order.

    Args:
        array: flattened in the order ``have``.
        image: size along H, W and C.
        have: ``HWC`` in any order.
        want: ``HWC`` in any order.
    """
    sizes = dict(zip("HWC", image, strict=True))
    shape = [array.shape[0], *(sizes[axis] for axis in have)]
    return array.reshape(shape).transpose([0, *(1 + have.index(axis) for axis in want)]).reshape(array.shape[0], -1)
