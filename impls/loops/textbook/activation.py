"""The activation functions of neurons: linear and sigmoid."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from harness.errors import SpecificationError, nearest
from impls.loops.activations import sigmoid


@dataclass(frozen=True)
class Activation:
    """An activation function.

    Attributes:
        name: ``linear`` or ``sigmoid``.
        function: from the weighted sum to the output.
        slope: from the *output* to the derivative there; both functions tell it without the weighted sum.
    """

    name: str
    function: Callable[[float], float]
    slope: Callable[[float], float]


ACTIVATIONS: Mapping[str, Activation] = MappingProxyType(
    {
        "linear": Activation("linear", lambda weighted_sum: weighted_sum, lambda output: 1.0),
        "sigmoid": Activation("sigmoid", sigmoid.sigmoid, sigmoid.slope),
    }
)


def activation_named(name: str) -> Activation:
    """Return the activation function of that name.

    Raises:
        SpecificationError: there is none; the nearest name is suggested.
    """
    if name not in ACTIVATIONS:
        raise SpecificationError(f"unknown activation {name!r}.{nearest(name, ACTIVATIONS)}")
    return ACTIVATIONS[name]
