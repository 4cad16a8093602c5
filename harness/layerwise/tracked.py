"""Which arguments of a layer an implementation looks at: one that it never read, it does not have."""

from dataclasses import MISSING, fields
from typing import Any

from harness.errors import Unsupported
from harness.operators.specification import Specification

# Where a layer stands is no argument of what it computes; activations are looked after by themselves.
ELSEWHERE = ("name", "inputs", "activation")


class Tracked:
    """Stands for a specification and remembers which of its attributes were read."""

    def __init__(self, specification: Specification) -> None:
        self._specification = specification
        self._read: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._specification, name)
        self._read.add(name)
        return value

    def expect_all_read(self, name: str, because: str = "") -> None:
        """Raise Unsupported where an argument that is not at its default was not read.

        Args:
            name: the implementation's.
            because: the end of the reason.
        """
        default = _at_defaults(self._specification)
        for argument in _optional(self._specification):
            value = getattr(self._specification, argument)
            if argument not in self._read and value != getattr(default, argument):
                raise Unsupported(f"{name}'s {self._specification.kind} does not take {argument}={value!r}{because}")


def untracked(layer: Any) -> Any:
    """Return the specification itself, whose attributes can be read without being counted."""
    return layer._specification if isinstance(layer, Tracked) else layer


def _optional(specification: Specification) -> list[str]:
    return [
        field.name
        for field in fields(specification)  # type: ignore[arg-type]
        if (field.default is not MISSING or field.default_factory is not MISSING) and field.name not in ELSEWHERE
    ]


def _at_defaults(specification: Specification) -> Specification:
    # What a default means can depend on the size of a window, as the strides of a pooling layer do.
    window = getattr(specification, "window", "")
    optional = _optional(specification)
    required = {
        field.name: getattr(specification, field.name)
        for field in fields(specification)  # type: ignore[arg-type]
        if field.name == window or (field.name not in optional and field.name not in ELSEWHERE)
    }
    return type(specification)(**required)
