"""A rule and a right operator made into one operator, for one run."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.cases.problem import Array
from harness.faults.stages import ActivationStage, LayerStage, LossStage, OptimizerStage, Setting

if TYPE_CHECKING:
    from harness.faults.rules import ActivationRule, LayerRule, LossRule, OptimizerRule

LayerCache = tuple[LayerStage, Any]
Arrays = Mapping[str, Array]


class PlantedLayer:
    """A layer's operator. It is built for one run, and what its layers remember ends with that."""

    def __init__(self, rule: "LayerRule", right: Any, setting: Setting) -> None:
        self._rule = rule
        self._right = right
        self._setting = setting
        # By the layer's identity: two layers of one network may be described alike. Their network outlives this.
        self._memories: dict[int, dict[str, Any]] = {}

    def forward(self, layer: Any, weights: Arrays, x: Any) -> tuple[Array, LayerCache]:
        """Return the output, and the stage with the right operator's cache."""
        stage = self._stage(layer, weights, x)
        y, cache = self._right.forward(stage.layer, stage.weights, stage.x)
        y = self._rule.forward(stage, self._from_factors(stage, y))
        return self._rule.spoilt.result("forward", y), (stage, cache)

    def infer(self, layer: Any, weights: Arrays, x: Any) -> Array:
        """Return the output in inference."""
        stage = self._stage(layer, weights, x)
        if hasattr(self._right, "infer"):
            return self._rule.infer(stage, self._right.infer(stage.layer, stage.weights, stage.x))
        y = self._rule.infer(stage, self._from_factors(stage, stage.forward()))
        spoilt: Array = self._rule.spoilt.result("forward", y)
        return spoilt

    def backward(self, layer: Any, weights: Arrays, cache: LayerCache, dy: Array) -> tuple[Any, Arrays]:
        """Return the gradients with respect to x and to each parameter."""
        stage, right_cache = cache
        dx, gradients = self._right.backward(stage.layer, stage.weights, right_cache, dy)
        dx, gradients = self._gradients_from_factors(stage, dy, dx, gradients)
        dx, gradients = self._rule.backward(stage, dy, dx, gradients)
        spoilt = self._rule.spoilt
        return spoilt.result("backward", dx), {
            name: spoilt.result(f"gradient/{name}", gradient) for name, gradient in gradients.items()
        }

    def moving(self, layer: Any, weights: Arrays, cache: LayerCache) -> Arrays:
        """Return the moving statistics after the step."""
        stage, right_cache = cache
        statistics = self._rule.moving(stage, self._right.moving(stage.layer, stage.weights, right_cache))
        return {name: self._rule.spoilt.result(f"update/{name}", array) for name, array in statistics.items()}

    def _stage(self, layer: Any, weights: Arrays, x: Any) -> LayerStage:
        memory = self._memories.setdefault(id(layer), {})
        return self._rule.read(LayerStage(self._right, self._setting, memory, layer, weights, x))

    def _from_factors(self, stage: LayerStage, y: Array) -> Array:
        spoilt = self._rule.spoilt
        if not spoilt.spoils_factors_of("forward"):
            return y
        return stage.but(x=spoilt.factor(stage.x), **spoilt.factors(stage.weights)).forward()

    def _gradients_from_factors(self, stage: LayerStage, dy: Array, dx: Any, gradients: Arrays) -> tuple[Any, Arrays]:
        spoilt = self._rule.spoilt
        places = ["backward", *(f"gradient/{name}" for name in gradients)]
        if not any(spoilt.spoils_factors_of(place) for place in places):
            return dx, gradients
        coarse = stage.but(x=spoilt.factor(stage.x), **spoilt.factors(stage.weights))
        coarse_dx, coarse_gradients = coarse.backward(spoilt.factor(dy))
        if spoilt.spoils_factors_of("backward"):
            return coarse_dx, gradients
        name = spoilt.place.removeprefix("gradient/")
        return dx, {**gradients, name: coarse_gradients[name]}


class PlantedActivation:
    """An activation's operator."""

    def __init__(self, rule: "ActivationRule", right: Any) -> None:
        self._rule = rule
        self._right = right

    def forward(self, activation: Any, x: Array) -> tuple[Array, tuple[ActivationStage, Any]]:
        """Return the output, and the stage with the right operator's cache."""
        stage = ActivationStage(self._right, activation, x)
        y, cache = self._right.forward(activation, x)
        return self._rule.spoilt.result("forward", self._rule.forward(stage, y)), (stage, cache)

    def backward(self, activation: Any, cache: tuple[ActivationStage, Any], dy: Array) -> Array:
        """Return the gradient with respect to x."""
        stage, right_cache = cache
        dx = self._rule.backward(stage, dy, self._right.backward(activation, right_cache, dy))
        spoilt: Array = self._rule.spoilt.result("backward", dx)
        return spoilt


class PlantedLoss:
    """A loss's operator."""

    def __init__(self, rule: "LossRule", right: Any) -> None:
        self._rule = rule
        self._right = right

    def forward(self, loss: Any, y_true: Array, y_pred: Array) -> Array:
        """Return the loss, a scalar."""
        stage = LossStage(self._right, loss, y_true, y_pred)
        value = self._rule.forward(stage, np.asarray(self._right.forward(loss, y_true, y_pred)))
        spoilt: Array = self._rule.spoilt.result("loss", value)
        return spoilt

    def backward(self, loss: Any, y_true: Array, y_pred: Array) -> Array:
        """Return the gradient with respect to the prediction."""
        stage = LossStage(self._right, loss, y_true, y_pred)
        gradient = self._rule.backward(stage, self._right.backward(loss, y_true, y_pred))
        spoilt: Array = self._rule.spoilt.result("backward/loss", gradient)
        return spoilt


class PlantedOptimizer:
    """An optimizer's operator; what it remembers is in the slots."""

    def __init__(self, rule: "OptimizerRule", right: Any, setting: Setting) -> None:
        self._rule = rule
        self._right = right
        self._setting = setting

    def update(
        self, optimizer: Any, step: int, weight: Array, gradient: Array, slots: Mapping[str, Any]
    ) -> tuple[Array, Mapping[str, Any]]:
        """Return the parameter after the step, and the slots."""
        stage = OptimizerStage(self._right, self._setting, optimizer, step, weight, gradient, slots)
        new_weight, new_slots = self._rule.update(stage)
        return self._rule.spoilt.result("update", new_weight), new_slots
