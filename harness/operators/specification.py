"""What layers, losses, optimizers and data have in common: frozen values with helpful errors and canonical JSON."""

import functools
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, TypeAlias, dataclass_transform

from harness.errors import SpecificationError, nearest

Shape = tuple[int, ...]
# The version of what an operator's class says; raised when classes that worked no longer do.
OPERATOR_VERSION = 1
# Said where a kind is not known.
ORIGIN = "Operators come from the hook harness_operators of installed plugins; 'harness plugins' lists these."
# One integer for both axes or two, in a signature; always two once stored.
Pair: TypeAlias = Any


def _explaining_unknown_arguments(cls: type, init: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(init)
    def explaining(self: Any, *args: Any, **kwargs: Any) -> None:
        accepted = [f.name for f in fields(cls) if f.init]
        for word, value in kwargs.items():
            if word not in accepted:
                raise SpecificationError(f"{cls.__name__} got {word}={value!r}.{nearest(word, accepted)}")
        try:
            init(self, *args, **kwargs)
        except TypeError as error:
            if "__init__()" not in str(error):
                raise
            raise SpecificationError(f"{cls.__name__}{str(error).split('__init__()')[-1]}") from None
        for f in fields(cls):
            # 1 and True would be equal and yet have two canonical forms.
            if f.type is bool and not isinstance(getattr(self, f.name), bool):
                self.expect(False, f.name, "True or False")

    return explaining


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Specification:
    """A frozen dataclass by inheritance: subclasses list their fields and check them in ``__post_init__``.

    Two specifications that mean the same are equal and have the same canonical form, because
    ``__post_init__`` brings every argument into one form (``3`` becomes ``(3, 3)``).
    """

    kind: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.kind = cls.__name__
        dataclass(frozen=True)(cls)
        setattr(cls, "__init__", _explaining_unknown_arguments(cls, cls.__init__))  # noqa: B010

    def expect(self, condition: bool, argument: str, expected: str) -> None:
        """Raise SpecificationError naming this class, the argument and its value unless ``condition`` holds."""
        if not condition:
            raise SpecificationError(
                f"{self.kind} expected {argument} to be {expected}, got {argument}={getattr(self, argument)!r}."
            )

    def normalize(self, argument: str, value: object) -> None:
        """Store an argument in its one form; only for ``__post_init__``."""
        object.__setattr__(self, argument, value)

    def normalize_pair(self, argument: str) -> None:
        """Bring ``3`` or ``[3, 2]`` into the form ``(3, 3)`` or ``(3, 2)``, positive integers."""
        value = getattr(self, argument)
        pair = (value, value) if is_integer(value) else value
        valid = isinstance(pair, (tuple, list)) and len(pair) == 2 and all(is_integer(n) and n > 0 for n in pair)
        self.expect(valid, argument, "a positive integer or two of them")
        self.normalize(argument, tuple(int(n) for n in pair))

    def normalize_padding(self) -> None:
        """Bring ``padding`` into lower case and check that it is ``valid`` or ``same``, as Keras does."""
        padding = getattr(self, "padding", None)
        self.normalize("padding", padding.lower() if isinstance(padding, str) else padding)
        self.expect(getattr(self, "padding", None) in ("valid", "same"), "padding", "'valid' or 'same'")

    def as_dict(self) -> dict[str, Any]:
        """Return the canonical JSON form: the kind and every argument, defaults included."""
        return {"kind": self.kind} | {f.name: _plain(getattr(self, f.name)) for f in fields(self)}  # type: ignore[arg-type]


class Operator(Specification):
    """What layers, activations, losses and optimizers have in common beside their arguments.

    Attributes:
        operator_version: the version of this contract that the class was written for.
        samples: arguments that show what it does, for cases and tests.
    """

    operator_version: ClassVar[int] = OPERATOR_VERSION
    samples: ClassVar[tuple[Mapping[str, Any], ...]] = ({},)


def _plain(value: Any) -> Any:
    if isinstance(value, Specification):
        return value.as_dict()
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value


def snake_case(kind: str) -> str:
    """Return Keras's automatic layer name: ``MaxPooling2D`` gives ``max_pooling2d``."""
    spaced = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", kind)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", spaced).lower()


def file_name(kind: type[Specification]) -> str:
    """Return the name that this operator's file has in every room, such as ``max_pooling2d``."""
    room, _, file = kind.__module__.rpartition(".")
    return file if room.startswith("harness.operators.") else snake_case(kind.__name__)


def is_integer(value: object) -> bool:
    """True for an int that is not a bool."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: object) -> bool:
    """True for a finite real number that is not a bool."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def from_dict(known: Mapping[str, type["Specification"]], what: str, plain: Mapping[str, Any]) -> Any:
    """Build the specification that ``as_dict`` described, with those inside it.

    Args:
        known: the classes by kind, also of what lies inside.
        what: the word for it in the error message, such as ``layer``.
        plain: the canonical form.

    Raises:
        SpecificationError: a kind that is not known, or arguments that its class refuses.
    """
    kind = str(plain.get("kind"))
    if kind not in known:
        raise SpecificationError(f"unknown {what} {kind!r}.{nearest(kind, known)} {ORIGIN}")
    return known[kind](**{key: _nested(known, key, value) for key, value in plain.items() if key != "kind"})


def _nested(known: Mapping[str, type["Specification"]], what: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return from_dict(known, what, value)
    # Of the list called layers, each is a layer.
    return tuple(_nested(known, what.removesuffix("s"), item) for item in value) if isinstance(value, list) else value
