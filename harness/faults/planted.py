"""A right operator in which something is done otherwise, for one run."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults.perturbation import Perturbation
from harness.faults.stages import ActivationStage, LayerStage, LossStage, OptimizerStage, Setting
from harness.operators.activations.activation import Activation
from harness.operators.layers.layer import Layer
from harness.operators.losses.loss import Loss
from harness.operators.optimizers.optimizer import Optimizer
from harness.operators.specification import Specification

# What is done otherwise, by place (see ``Fault.changes``).
Changes = Mapping[str, Any]
LayerCache = tuple[LayerStage, Any]
Arrays = Mapping[str, Array]


class Planted:
    """What all operators with faults have in common.

    Attributes:
        places: where something may be done otherwise, as attributes of a Fault.
    """

    places: ClassVar[tuple[str, ...]]

    def __init__(self, changes: Changes, right: Any, setting: Setting) -> None:
        self._changes = changes
        self._right = right
        self._setting = setting
        self._perturbation: Perturbation = changes.get("perturbation", Perturbation())

    def _at(self, place: str, *inputs: Any) -> Any:
        """Return what is done at a place, of inputs whose last one is the right result."""
        return self._changes[place](*inputs) if place in self._changes else inputs[-1]


class PlantedLayer(Planted):
    """A layer's operator. It is built for one run, and what its layers remember ends with that."""

    places = ("output", "inference", "input_gradient", "gradients", "read", "written", "statistics")

    def __init__(self, changes: Changes, right: Any, setting: Setting) -> None:
        super().__init__(changes, right, setting)
        # By the layer's identity: two layers of one network may be described alike. Their network outlives this.
        self._memories: dict[int, dict[str, Any]] = {}

    def forward(self, layer: Any, weights: Arrays, x: Any) -> tuple[Array, LayerCache]:
        """Return the output, and the stage with the right operator's cache."""
        stage = self._stage(layer, weights, x)
        y, cache = self._right.forward(stage.layer, stage.weights, stage.x)
        y = self._at("output", stage, self._from_factors(stage, y))
        return self._perturbation.result("forward", y), (stage, cache)

    def infer(self, layer: Any, weights: Arrays, x: Any) -> Array:
        """Return the output in inference."""
        stage = self._stage(layer, weights, x)
        place = "inference" if layer.state_names else "output"
        if hasattr(self._right, "infer"):
            y: Array = self._at(place, stage, self._right.infer(stage.layer, stage.weights, stage.x))
            return y
        y = self._at(place, stage, self._from_factors(stage, stage.forward()))
        perturbed: Array = self._perturbation.result("forward", y)
        return perturbed

    def backward(self, layer: Any, weights: Arrays, cache: LayerCache, dy: Array) -> tuple[Any, Arrays]:
        """Return the gradients with respect to x and to each parameter."""
        stage, right_cache = cache
        dx, gradients = self._right.backward(stage.layer, stage.weights, right_cache, dy)
        dx, gradients = self._gradients_from_factors(stage, dy, dx, gradients)
        found = {}
        for name, right in gradients.items():
            gradient = self._at(f"written/{name}", stage, self._at(f"gradients/{name}", stage, dy, right))
            found[name] = self._perturbation.result(f"gradient/{name}", gradient)
        return self._perturbation.result("backward", self._at("input_gradient", stage, dy, dx)), found

    def moving(self, layer: Any, weights: Arrays, cache: LayerCache) -> Arrays:
        """Return the moving statistics after the step."""
        stage, right_cache = cache
        statistics = self._at("statistics", stage, self._right.moving(stage.layer, stage.weights, right_cache))
        return {name: self._perturbation.result(f"update/{name}", array) for name, array in statistics.items()}

    def _stage(self, layer: Any, weights: Arrays, x: Any) -> LayerStage:
        memory = self._memories.setdefault(id(layer), {})
        stage = LayerStage(self._right, self._setting, memory, layer, weights, x)
        return stage.but(**{name: self._at(f"read/{name}", stage, weight) for name, weight in weights.items()})

    def _from_factors(self, stage: LayerStage, y: Array) -> Array:
        return self._coarse(stage).forward() if self._perturbation.moves_factors_of("forward") else y

    def _gradients_from_factors(self, stage: LayerStage, dy: Array, dx: Any, gradients: Arrays) -> tuple[Any, Arrays]:
        perturbation = self._perturbation
        if perturbation.of != "factors" or perturbation.place == "forward":
            return dx, gradients
        coarse_dx, coarse = self._coarse(stage).backward(perturbation.factor(dy))
        return coarse_dx if perturbation.place == "backward" else dx, {
            name: coarse[name] if perturbation.place == f"gradient/{name}" else gradient
            for name, gradient in gradients.items()
        }

    def _coarse(self, stage: LayerStage) -> LayerStage:
        return stage.but(x=self._perturbation.factor(stage.x), **self._perturbation.factors(stage.weights))


class PlantedActivation(Planted):
    """An activation's operator."""

    places = ("output", "input_gradient")

    def forward(self, activation: Any, x: Array) -> tuple[Array, tuple[ActivationStage, Any]]:
        """Return the output, and the stage with the right operator's cache."""
        stage = ActivationStage(self._right, activation, x)
        y, cache = self._right.forward(activation, x)
        return self._perturbation.result("forward", self._at("output", stage, y)), (stage, cache)

    def backward(self, activation: Any, cache: tuple[ActivationStage, Any], dy: Array) -> Array:
        """Return the gradient with respect to x."""
        stage, right_cache = cache
        dx = self._at("input_gradient", stage, dy, self._right.backward(activation, right_cache, dy))
        perturbed: Array = self._perturbation.result("backward", dx)
        return perturbed


class PlantedLoss(Planted):
    """A loss's operator."""

    places = ("loss", "loss_gradient")

    def forward(self, loss: Any, y_true: Array, y_pred: Array) -> Array:
        """Return the loss, a scalar."""
        stage = LossStage(self._right, loss, y_true, y_pred)
        value = self._at("loss", stage, np.asarray(self._right.forward(loss, y_true, y_pred)))
        perturbed: Array = self._perturbation.result("loss", value)
        return perturbed

    def backward(self, loss: Any, y_true: Array, y_pred: Array) -> Array:
        """Return the gradient with respect to the prediction."""
        stage = LossStage(self._right, loss, y_true, y_pred)
        gradient = self._at("loss_gradient", stage, self._right.backward(loss, y_true, y_pred))
        perturbed: Array = self._perturbation.result("backward/loss", gradient)
        return perturbed


class PlantedOptimizer(Planted):
    """An optimizer's operator; what it remembers is in the slots."""

    places = ("update",)

    def update(
        self, optimizer: Any, step: int, weight: Array, gradient: Array, slots: Mapping[str, Any]
    ) -> tuple[Array, Mapping[str, Any]]:
        """Return the parameter after the step, and the slots."""
        stage = OptimizerStage(self._right, self._setting, optimizer, step, weight, gradient, slots)
        new_weight, new_slots = self._changes["update"](stage) if "update" in self._changes else stage.update()
        return self._perturbation.result("update", new_weight), new_slots


PLANTED: Mapping[type[Specification], type[Planted]] = MappingProxyType(
    {Layer: PlantedLayer, Activation: PlantedActivation, Loss: PlantedLoss, Optimizer: PlantedOptimizer}
)


def planted_class(on: type[Specification]) -> type[Planted]:
    """Return what operators of a specification class become when faults are planted in them."""
    return next(planted for base, planted in PLANTED.items() if issubclass(on, base))
