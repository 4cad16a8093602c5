"""From what was given to operators at work: in one place, in one format, spoken to in their own conventions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.cases.case import Case
from harness.layerwise import on_behalf
from harness.layerwise.conventions import Conventions
from harness.layerwise.given import Arrangement, Given, Place
from harness.layerwise.translation import TranslatedActivation, TranslatedLayer, TranslatedLoss, TranslatedOptimizer
from harness.operators.losses import Loss
from harness.operators.specification import Shape, Specification

DType = np.dtype[Any]


@dataclass(frozen=True)
class BoundPlace:
    """Operators for one node's layer and activation; the activation is None where there is nothing to do."""

    place: Place
    layer: Any
    activation: Any | None


@dataclass(frozen=True)
class Bound:
    """All operators of one run."""

    arrangement: Arrangement
    places: Mapping[str, BoundPlace]
    loss: Any
    optimizer: Any

    @property
    def findings(self) -> tuple[str, ...]:
        """What operators found out about themselves on the way."""
        found: dict[str, None] = {}
        for place in self.places.values():
            found |= dict.fromkeys(getattr(place.layer, "findings", ()))
        return tuple(found)


def bound(name: str, arrangement: Arrangement, case: Case, dtype: DType) -> Bound:
    """Return operators for one run, which remember nothing of any other.

    Args:
        name: the implementation's.
        arrangement: who computes what.
        case: what is computed.
        dtype: of the problem.
    """
    batch = case.batch_size
    places = {node: bound_place(name, place, batch, dtype) for node, place in arrangement.places.items()}
    loss = bound_loss(name, arrangement.loss, case.the_loss, dtype)
    return Bound(arrangement, places, loss, _optimizer(arrangement.optimizer, batch, dtype))


def bound_place(name: str, place: Place, batch: int, dtype: DType) -> BoundPlace:
    """Return the operators of one place."""
    return BoundPlace(place, _layer(name, place, batch, dtype), _activation(name, place, dtype))


def _layer(name: str, place: Place, batch: int, dtype: DType) -> Any:
    if place.given is None:
        return on_behalf.Identity()
    operator, conventions = _own(name, place.given, place.layer, place.node.input_shapes), place.given.conventions
    if conventions == Conventions():
        return operator
    return TranslatedLayer(operator, conventions, place.node, batch, dtype)


def _activation(name: str, place: Place, dtype: DType) -> Any | None:
    if place.activation is None:
        return None
    operator = _own(name, place.activation, place.node.layer.fused_activation, (place.node.output_shape,))
    conventions = place.activation.conventions
    return operator if conventions == Conventions() else TranslatedActivation(operator, conventions, dtype)


def bound_loss(name: str, given: Given | None, loss: Loss, dtype: DType) -> Any:
    """Return the operator of the loss."""
    if given is None:
        return on_behalf.Loss()
    operator = _own(name, given, loss, ())
    return operator if given.conventions == Conventions() else TranslatedLoss(operator, given.conventions, dtype)


def _optimizer(given: Given | None, batch: int, dtype: DType) -> Any:
    if given is None:
        return on_behalf.Optimizer()
    plain = given.conventions.average != "update" and not given.conventions.dtype
    return given.operator if plain else TranslatedOptimizer(given.operator, given.conventions, batch, dtype)


def _own(name: str, given: Given, specification: Specification, input_shapes: tuple[Shape, ...]) -> Any:
    placed = getattr(given.operator, "placed", None)
    return placed(name, specification, input_shapes) if placed is not None else given.operator
