"""One stage of a computation as a fault sees it: its inputs, and the right operator to ask again with other ones.

A stage lives for one call of an operator. What lasts longer, from one call to the next of one run, is in ``memory``,
which belongs to one layer of one run: two runs know nothing of one another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from harness.cases.case import Case
from harness.cases.problem import Array
from harness.operators.specification import Specification

Operators = Mapping[type[Specification], Any]


@dataclass(frozen=True)
class Setting:
    """What surrounds the operator that a fault is in.

    Attributes:
        case: what is run.
        operators: the right ones, by specification class.
    """

    case: Case
    operators: Operators


@dataclass(frozen=True)
class LayerStage:
    """A layer's inputs.

    Attributes:
        right: the right operator.
        setting: case and right operators.
        memory: what the layer keeps from one call to the next of the same run.
        layer: its specification.
        weights: its parameters and moving statistics by name.
        x: its input, or a tuple of several.
    """

    right: Any
    setting: Setting
    memory: dict[str, Any]
    layer: Any
    weights: Mapping[str, Array]
    x: Any

    def but(self, **changes: Any) -> "LayerStage":
        """Return the stage with another ``x`` or ``layer``, or with other weights, by their names."""
        here = {name: changes.pop(name) for name in ("x", "layer") if name in changes}
        return replace(self, weights={**self.weights, **changes}, **here)

    def forward(self) -> Array:
        """Return what the right operator makes of these inputs."""
        y: Array = self.right.forward(self.layer, self.weights, self.x)[0]
        return y

    def backward(self, dy: Array) -> tuple[Any, Mapping[str, Array]]:
        """Return the gradients that the right operator gives for these inputs, by x and by parameter."""
        _, cache = self.right.forward(self.layer, self.weights, self.x)
        dx, gradients = self.right.backward(self.layer, self.weights, cache, dy)
        return dx, gradients


@dataclass(frozen=True)
class ActivationStage:
    """An activation's input.

    Attributes:
        right: the right operator.
        activation: its specification.
        x: its input.
    """

    right: Any
    activation: Any
    x: Array

    def forward(self, x: Array | None = None) -> Array:
        """Return what the right operator makes of this input, or of another one."""
        y: Array = self.right.forward(self.activation, self.x if x is None else x)[0]
        return y

    def backward(self, dy: Array, x: Array | None = None) -> Array:
        """Return the gradient that the right operator gives for this input, or for another one."""
        _, cache = self.right.forward(self.activation, self.x if x is None else x)
        dx: Array = self.right.backward(self.activation, cache, dy)
        return dx


@dataclass(frozen=True)
class LossStage:
    """A loss's inputs.

    Attributes:
        right: the right operator.
        loss: its specification.
        y_true, y_pred: targets and prediction.
    """

    right: Any
    loss: Any
    y_true: Array
    y_pred: Array


@dataclass(frozen=True)
class OptimizerStage:
    """An optimizer's inputs, for one parameter at one step.

    Attributes:
        right: the right operator.
        setting: case and right operators.
        optimizer: its specification.
        step: 1, 2, …
        weight, gradient: of one shape.
        slots: what was returned at the step before.
    """

    right: Any
    setting: Setting
    optimizer: Any
    step: int
    weight: Array
    gradient: Array
    slots: Mapping[str, Any]

    def update(self, **changes: Any) -> tuple[Array, Mapping[str, Any]]:
        """Return weight and slots that the right operator makes of these inputs, some of them replaced."""
        at = replace(self, **changes)
        weight, slots = at.right.update(at.optimizer, at.step, at.weight, at.gradient, at.slots)
        return weight, slots
