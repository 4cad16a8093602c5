"""What a rule of each room overrides: functions that are handed the right result and return it, or a wrong one.

A rule is a frozen dataclass. Its fields are knobs; with every knob at its default it changes nothing. A subclass names
the ``operator`` it stands for and overrides the functions that its knobs touch. It computes from the stage's inputs
only, and writes into none of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from harness.cases.problem import Array
from harness.faults.planted import PlantedActivation, PlantedLayer, PlantedLoss, PlantedOptimizer
from harness.faults.spoilt import Spoilt
from harness.faults.stages import ActivationStage, LayerStage, LossStage, OptimizerStage, Setting
from harness.operators.specification import Specification

Gradients = Mapping[str, Array]


@dataclass(frozen=True)
class Rule:
    """A right operator with knobs.

    Attributes:
        operator: the specification class that it stands for.
        spoilt: a graded error; nothing by default.
    """

    operator: ClassVar[type[Specification]]
    spoilt: Spoilt = field(default=Spoilt(), kw_only=True)

    @property
    def knobs(self) -> dict[str, Any]:
        """The fields that are not at their default, with their values."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}

    def planted(self, right: Any, setting: Setting) -> Any:
        """Return an operator for one run, by the contract of ``harness.layerwise.operators``."""
        raise NotImplementedError(f"{type(self).__name__}.planted")


@dataclass(frozen=True)
class LayerRule(Rule):
    """A layer, before its activation."""

    def planted(self, right: Any, setting: Setting) -> PlantedLayer:
        return PlantedLayer(self, right, setting)

    def read(self, stage: LayerStage) -> LayerStage:
        """Return the inputs as the layer takes them, forward and backward."""
        return stage

    def forward(self, stage: LayerStage, y: Array) -> Array:
        """Return the output, given the right one for the inputs as read."""
        return y

    def infer(self, stage: LayerStage, y: Array) -> Array:
        """Return the output in inference, given the right one; as in training where a layer makes no difference."""
        return self.forward(stage, y)

    def backward(self, stage: LayerStage, dy: Array, dx: Any, gradients: Gradients) -> tuple[Any, Gradients]:
        """Return the gradients with respect to x and to each parameter, given the right ones."""
        return dx, gradients

    def moving(self, stage: LayerStage, statistics: Mapping[str, Array]) -> Mapping[str, Array]:
        """Return the moving statistics after the step, given the right ones."""
        return statistics


@dataclass(frozen=True)
class ActivationRule(Rule):
    """An activation."""

    def planted(self, right: Any, setting: Setting) -> PlantedActivation:
        return PlantedActivation(self, right)

    def forward(self, stage: ActivationStage, y: Array) -> Array:
        """Return the output, given the right one."""
        return y

    def backward(self, stage: ActivationStage, dy: Array, dx: Array) -> Array:
        """Return the gradient with respect to x, given the right one."""
        return dx


@dataclass(frozen=True)
class LossRule(Rule):
    """A loss."""

    def planted(self, right: Any, setting: Setting) -> PlantedLoss:
        return PlantedLoss(self, right)

    def forward(self, stage: LossStage, value: Array) -> Array:
        """Return the loss, given the right one."""
        return value

    def backward(self, stage: LossStage, gradient: Array) -> Array:
        """Return the gradient with respect to the prediction, given the right one."""
        return gradient


@dataclass(frozen=True)
class OptimizerRule(Rule):
    """An optimizer, for one parameter at one step."""

    def planted(self, right: Any, setting: Setting) -> PlantedOptimizer:
        return PlantedOptimizer(self, right, setting)

    def update(self, stage: OptimizerStage) -> tuple[Array, Mapping[str, Any]]:
        """Return the parameter after the step and the slots; the right ones are ``stage.update()``."""
        return stage.update()
