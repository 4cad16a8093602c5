"""Whether a class that somebody brings is an operator, before anything is computed with it."""

import inspect
from collections.abc import Mapping
from types import MappingProxyType

from harness.errors import SpecificationError
from harness.operators.activations import Activation
from harness.operators.layers import Layer
from harness.operators.losses import Loss
from harness.operators.optimizers import Optimizer
from harness.operators.specification import OPERATOR_VERSION, Operator

# What each base class leaves to be said.
DEFINITIONS: Mapping[type[Operator], str] = MappingProxyType(
    {Layer: "output", Activation: "output", Loss: "output", Optimizer: "step"}
)


def check_operator(kind: type) -> None:
    """Check a class that is to be an operator, and each of its samples.

    Raises:
        SpecificationError: it is no subclass of Layer, Activation, Loss or Optimizer, defines nothing, was written
            for another version of the contract, or its samples do not fit it.
    """
    base = next((each for each in DEFINITIONS if issubclass(kind, each)), None)
    if base is None or kind is base or not issubclass(kind, Operator):
        words = ", ".join(each.__name__ for each in DEFINITIONS)
        raise SpecificationError(f"{kind.__name__} ({place_of(kind)}) expected to be a subclass of one of {words}.")
    if kind.operator_version != OPERATOR_VERSION:
        raise SpecificationError(
            f"{kind.__name__} ({place_of(kind)}) was written for operator_version={kind.operator_version!r}, expected "
            f"{OPERATOR_VERSION}. docs/plugins.md says what has changed."
        )
    name = DEFINITIONS[base]
    by_hand = "update" if base is Optimizer else "forward"
    if all(getattr(kind, each) is getattr(base, each) for each in (name, by_hand)):
        raise SpecificationError(
            f"{kind.__name__} ({place_of(kind)}) expected a function {name} that defines it, got none."
        )
    for sample in kind.samples:
        made = kind(**sample)
        if isinstance(made, Layer):
            made.output_shape(*[made.sample_shape] * made.sample_inputs)


def place_of(kind: type) -> str:
    """Return where a class is defined: its file, or its module where there is no file."""
    try:
        file = inspect.getsourcefile(kind)
    except TypeError:
        file = None
    return file or kind.__module__
