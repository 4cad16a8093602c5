"""What a layerwise implementation supplies for each operator, and where it is found.

An operator is any object with the functions of one of the protocols below; a module will do. ``weights`` holds the
layer's parameters and moving statistics by name. ``x`` and ``dx`` are one array, or a tuple of them for a layer with
several inputs. A layer is computed without its fused activation, which is an operator of its own.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType, ModuleType
from typing import Any, Protocol

from harness.cases.problem import Array
from harness.errors import SpecificationError, nearest
from harness.operators import OPERATORS, Operator
from harness.operators.activations import Activation
from harness.operators.discovery import installed
from harness.operators.layers import Layer
from harness.operators.losses import Loss
from harness.operators.optimizers import Optimizer
from harness.operators.specification import ORIGIN, Specification, file_name

Weights = Mapping[str, Array]


# Each takes specifications of its own kind alone, which a type for all of them cannot say.
class LayerOperator(Protocol):
    """A kind of layer."""

    def forward(self, layer: Any, weights: Weights, x: Any, /) -> tuple[Array, Any]:
        """Return y as in training, and whatever ``backward`` needs."""

    def backward(self, layer: Any, weights: Weights, cache: Any, dy: Array, /) -> tuple[Any, Mapping[str, Array]]:
        """Return dx, and the gradients by parameter name."""


class InferringOperator(Protocol):
    """A kind of layer for which inference differs, beside ``forward`` and ``backward``."""

    def infer(self, layer: Any, weights: Weights, x: Any, /) -> Array:
        """Return y in inference."""


class StatefulOperator(Protocol):
    """A kind of layer with moving statistics, beside ``forward`` and ``backward``."""

    def moving(self, layer: Any, weights: Weights, cache: Any, /) -> Mapping[str, Array]:
        """Return the moving statistics after the step, by name."""


class ActivationOperator(Protocol):
    """An activation."""

    def forward(self, activation: Any, x: Array, /) -> tuple[Array, Any]:
        """Return y, the shape of x, and whatever ``backward`` needs."""

    def backward(self, activation: Any, cache: Any, dy: Array, /) -> Array:
        """Return dx."""


class LossOperator(Protocol):
    """A loss."""

    def forward(self, loss: Any, y_true: Array, y_pred: Array, /) -> Any:
        """Return the loss, a scalar."""

    def backward(self, loss: Any, y_true: Array, y_pred: Array, /) -> Array:
        """Return the gradient with respect to y_pred."""


class OptimizerOperator(Protocol):
    """An optimizer, for one parameter."""

    def update(self, optimizer: Any, step: int, weight: Array, gradient: Array, slots: Any, /) -> tuple[Array, Any]:
        """Return the parameter after the step, and the slots, which are empty at step 1 and later what was returned."""


AnyOperator = LayerOperator | ActivationOperator | LossOperator | OptimizerOperator

ROOMS: Mapping[str, type[Operator]] = MappingProxyType(
    {"layers": Layer, "activations": Activation, "losses": Loss, "optimizers": Optimizer}
)
REQUIRED_FUNCTIONS = {
    "layers": ("forward", "backward"),
    "activations": ("forward", "backward"),
    "losses": ("forward", "backward"),
    "optimizers": ("update",),
}


def operator_kind(named: str | type[Operator]) -> tuple[str, type[Specification]]:
    """Return the room and class of an operator, given that or its name, such as ``Conv2D`` or ``mean_squared_error``.

    Raises:
        SpecificationError: neither this package nor an installed plugin has an operator of that name.
    """
    if isinstance(named, type):
        return _room_of(named), named
    known = _by_name(OPERATORS) if named in _by_name(OPERATORS) else _by_name({**installed(), **OPERATORS})
    if named not in known:
        # Activations go by the name that Keras's layers take, everything else by its class.
        usual = [file_name(kind) if _room_of(kind) == "activations" else kind.__name__ for kind in known.values()]
        raise SpecificationError(f"unknown operator {named!r}.{nearest(named, dict.fromkeys(usual))} {ORIGIN}")
    return _room_of(known[named]), known[named]


def _by_name(kinds: Mapping[str, type[Operator]]) -> dict[str, type[Operator]]:
    """Return operators by the names of their classes, and by those of their files where no class has them."""
    by_class = {kind.__name__: kind for kind in kinds.values()}
    return {file_name(kind): kind for kind in kinds.values()} | by_class


def _room_of(kind: type[Operator]) -> str:
    return next(room for room, base in ROOMS.items() if issubclass(kind, base))


def operators_in(package: ModuleType) -> dict[type[Specification], AnyOperator]:
    """Import every operator file of a package with the folders ``layers``, ``activations``, ``losses``, ``optimizers``.

    A file belongs to the operator whose specification has the same file name; files starting with an underscore
    belong to none.

    Raises:
        SpecificationError: a file has no such operator or lacks a function.
    """
    found: dict[type[Specification], AnyOperator] = {}
    for room, base in ROOMS.items():
        by_file = {file_name(kind): kind for kind in OPERATORS.values() if issubclass(kind, base)}
        folder = importlib.import_module(f"{package.__name__}.{room}")
        for module in pkgutil.iter_modules(folder.__path__):
            if module.name.startswith("_"):
                continue
            if module.name not in by_file:
                raise SpecificationError(f"{folder.__name__} has {module.name}.py.{nearest(module.name, by_file)}")
            operator = importlib.import_module(f"{folder.__name__}.{module.name}")
            check_operator(room, operator, f"{folder.__name__}.{module.name}")
            found[by_file[module.name]] = operator
    return found


def check_operator(room: str, operator: object, name: str) -> None:
    """Raise SpecificationError unless the operator has the functions that its room asks for."""
    for function in REQUIRED_FUNCTIONS[room]:
        if not callable(getattr(operator, function, None)):
            raise SpecificationError(
                f"{name} expected the functions {' and '.join(REQUIRED_FUNCTIONS[room])}, got no {function}."
            )
