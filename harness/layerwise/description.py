"""The description of an existing class: how it is built and called, and where its parameters and gradients are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.errors import SpecificationError, nearest
from harness.layerwise.calls import Call

# What a call may name, by what is described; the first of them, or both of a loss, are usual.
FORWARD = {"layers": ("x",), "activations": ("x",), "losses": ("y_pred", "y_true")}
BACKWARD = {
    "layers": ("dy", "x", "y", "learning_rate", "optimizer"),
    "activations": ("dy", "x", "y"),
    "losses": ("y_pred", "y_true"),
}
USUAL = {"layers": 1, "activations": 1, "losses": 2}
UPDATE = ("learning_rate", "optimizer")


@dataclass(frozen=True)
class Description:
    """How to drive an existing class. See ``Layerwise.describes`` for the meaning of each attribute."""

    build: Callable[..., Any]
    forward: Call
    backward: Call
    returns: tuple[str, ...]
    parameters: Mapping[str, str] = field(default_factory=dict)
    gradients: Mapping[str, str] = field(default_factory=dict)
    update: Call | None = None
    reset: Call | None = None
    learning_rate: str = ""
    lazy: bool = False

    @property
    def by_weight_change(self) -> bool:
        """True where gradients are seen only in what an update does to the parameters."""
        return not self.by_optimizer and any(name not in (*self.gradients, *self.returns) for name in self.parameters)

    @property
    def by_optimizer(self) -> bool:
        """True where gradients are seen as what an optimizer is given."""
        calls = (self.backward, *((self.update,) if self.update else ()))
        return any("optimizer" in call.names for call in calls)

    @property
    def takes_a_learning_rate(self) -> bool:
        """True where an update inside the class can be driven with a learning rate."""
        calls = (self.backward, *((self.update,) if self.update else ()))
        return bool(self.learning_rate) or any("learning_rate" in call.names for call in calls)


def description(
    room: str,
    what: str,
    build: Callable[..., Any],
    *,
    forward: str,
    backward: str,
    returns: str,
    parameters: Mapping[str, str],
    gradients: Mapping[str, str],
    update: str,
    reset: str,
    learning_rate: str,
    lazy: bool,
) -> Description:
    """Return a checked description.

    Raises:
        SpecificationError: something is said that cannot be meant, or not enough to see the gradients.
    """
    if not callable(build):
        raise SpecificationError(f"{what} expected a class or a function that returns an object, got {build!r}.")
    names = listed(returns)
    made = Description(
        build,
        Call.parse(forward, FORWARD[room], USUAL[room]),
        Call.parse(backward, BACKWARD[room], USUAL[room]),
        names,
        parameters,
        gradients,
        Call.parse(update, UPDATE) if update else None,
        Call.parse(reset if "(" in reset else f"{reset}()", ()) if reset else None,
        learning_rate,
        lazy,
    )
    for name in (*names, *gradients):
        if name != "dx" and name not in parameters:
            raise SpecificationError(f"{what} has a gradient of {name}.{nearest(name, ('dx', *parameters))}")
    unseen = [name for name in parameters if name not in (*names, *gradients)]
    if unseen and not (made.takes_a_learning_rate or made.by_optimizer):
        raise SpecificationError(
            f"{what} says nothing of where the gradient of {', '.join(unseen)} is: name it in gradients= or returns=, "
            "or give learning_rate or optimizer to backward or update."
        )
    return made


def listed(text: str) -> tuple[str, ...]:
    """Return the names of a list such as ``dx, kernel, bias``."""
    return tuple(name for name in text.replace(",", " ").split() if name)
