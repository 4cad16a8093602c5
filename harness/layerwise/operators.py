"""What a layerwise implementation supplies for each operator, and where it is found.

An operator is any object with the functions below; a module will do. ``weights`` holds the layer's parameters and
moving statistics by name. ``x`` and ``dx`` are one array, or a tuple of them for a layer with several inputs.

A layer kind, without its fused activation, which is an operator of its own::

    forward(layer, weights, x) -> (y, cache)                    # as in training
    backward(layer, weights, cache, dy) -> (dx, gradients)      # gradients by parameter name
    infer(layer, weights, x) -> y                               # only where inference differs
    moving(layer, weights, cache) -> statistics by name         # only where the layer has state

An activation::

    forward(activation, x) -> (y, cache)
    backward(activation, cache, dy) -> dx

A loss::

    forward(loss, y_true, y_pred) -> value
    backward(loss, y_true, y_pred) -> gradient with respect to y_pred

An optimizer, for one parameter; ``slots`` is empty at step 1 and whatever was returned before afterwards::

    update(optimizer, step, weight, gradient, slots) -> (weight, slots)
"""

import importlib
import pkgutil
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from harness.errors import SpecificationError, nearest
from harness.operators.activations import ACTIVATIONS
from harness.operators.layers import LAYERS
from harness.operators.losses import LOSSES
from harness.operators.optimizers import OPTIMIZERS
from harness.operators.specification import Specification, file_name

ROOMS: Mapping[str, Mapping[str, type[Specification]]] = {
    "layers": LAYERS,
    "activations": ACTIVATIONS,
    "losses": LOSSES,
    "optimizers": OPTIMIZERS,
}
REQUIRED_FUNCTIONS = {
    "layers": ("forward", "backward"),
    "activations": ("forward", "backward"),
    "losses": ("forward", "backward"),
    "optimizers": ("update",),
}


def operator_kind(name: str) -> tuple[str, type[Specification]]:
    """Return the room and class of an operator named like ``Conv2D``, ``sigmoid`` or ``mean_squared_error``."""
    known: dict[str, tuple[str, type[Specification]]] = {}
    for room, kinds in ROOMS.items():
        for kind in kinds.values():
            known.setdefault(kind.__name__, (room, kind))
            known.setdefault(file_name(kind), (room, kind))
    if name not in known:
        # Activations go by the name that Keras's layers take, everything else by its class.
        usual = [file_name(kind) if room == "activations" else kind.__name__ for room, kind in known.values()]
        raise SpecificationError(f"unknown operator {name!r}.{nearest(name, dict.fromkeys(usual))}")
    return known[name]


def operators_in(package: ModuleType) -> dict[type[Specification], Any]:
    """Import every operator file of a package with the folders ``layers``, ``activations``, ``losses``, ``optimizers``.

    A file belongs to the operator whose specification has the same file name; files starting with an underscore
    belong to none.

    Raises:
        SpecificationError: a file has no such operator or lacks a function.
    """
    found: dict[type[Specification], Any] = {}
    for room, kinds in ROOMS.items():
        by_file = {file_name(kind): kind for kind in kinds.values()}
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
