"""Objects of an existing class at work: built, given their parameters by copying, called, and asked for gradients."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.cases.problem import Array
from harness.errors import HarnessError
from harness.layerwise.description import Description
from harness.layerwise.functions import named
from harness.layerwise.paths import assign, read, write
from harness.layerwise.recorder import Recorder
from harness.layerwise.tracked import Tracked
from harness.layerwise.weight_change import Changed, dependent, inferred
from harness.operators.activations import Activation
from harness.operators.layers import Layer
from harness.operators.losses import Loss
from harness.operators.specification import Shape, Specification

# What is handed to a backward pass that insists on a learning rate although its gradients are seen elsewhere.
ANY_RATE = 2.0**-10


def built(name: str, description: Description, specification: Specification, shapes: tuple[Shape, ...]) -> Any:
    """Return a fresh object; what its constructor did not read of the specification, it does not have.

    Raises:
        Unsupported: the specification sets an argument that was not read.
    """
    told = Tracked(specification)
    build = description.build
    owner = build() if isinstance(build, type) else build(told, *shapes)
    told.expect_all_read(name)
    return owner


@dataclass(frozen=True)
class _Kept:
    """One forward pass: what went in and came out."""

    x: Any
    y: Any


class DescribedLayer:
    """An object that stays for a whole run, so that what it carries from step to step is seen."""

    def __init__(
        self, name: str, description: Description, layer: Specification, input_shapes: tuple[Shape, ...]
    ) -> None:
        self.name = name
        self.kind = layer.kind
        self.description = description
        self.owner = built(name, description, layer, input_shapes)
        self.findings: tuple[str, ...] = ()
        self._begun = False
        self._latest: _Kept | None = None

    def forward(self, layer: Layer, weights: Mapping[str, Array], x: Any) -> tuple[Any, Any]:
        """Return y and what a later backward pass starts from."""
        if self.description.lazy and not self._begun:
            self.description.forward.on(self.owner, {"x": _zeros(x)})
        self._begun = True
        self._load(weights)
        y = self.description.forward.on(self.owner, {"x": x})
        self._latest = _Kept(x, np.array(y) if isinstance(y, np.ndarray) else y)
        return self._latest.y, self._latest

    def backward(self, layer: Layer, weights: Mapping[str, Array], cache: _Kept, dy: Array) -> tuple[Any, Any]:
        """Return the gradients with respect to x and to each parameter."""
        if cache is not self._latest:
            # Another sample went through the same object since.
            _, cache = self.forward(layer, weights, cache.x)
        if self.description.by_weight_change and self._parameters(weights):
            return self._by_weight_change(layer, weights, cache, dy)
        recorder = Recorder()
        gradients = self._called(cache, dy, ANY_RATE, recorder)
        if self.description.by_optimizer:
            gradients |= recorder.gradients(
                {name: read(self.owner, path) for name, path in self._parameters(weights).items()}
            )
        return gradients.get("dx"), {name: gradients[name] for name in weights if name in gradients}

    def _by_weight_change(
        self, layer: Layer, weights: Mapping[str, Array], cache: _Kept, dy: Array
    ) -> tuple[Any, Mapping[str, Array]]:
        def changed(rate: float, start: Mapping[str, Array]) -> Changed:
            self.forward(layer, weights, cache.x)
            self._load(start)
            gradients = self._called(cache, dy, rate, Recorder())
            after = {name: np.array(read(self.owner, path)) for name, path in self._parameters(weights).items()}
            return Changed(gradients.get("dx"), after)

        found = inferred(weights, changed)
        if found.depends_on:
            finding = dependent(f"{self.name}'s {self.kind}", ", ".join(found.depends_on))
            self.findings = tuple(dict.fromkeys((*self.findings, finding)))
        self._latest = None
        return found.dx, found.gradients

    def _called(self, cache: _Kept, dy: Array, rate: float, recorder: Recorder) -> dict[str, Any]:
        description = self.description
        if description.learning_rate:
            assign(self.owner, description.learning_rate, rate)
        if description.reset:
            description.reset.on(self.owner, {})
        values = {"dy": dy, "x": cache.x, "y": cache.y, "learning_rate": rate, "optimizer": recorder}
        returned = description.backward.on(self.owner, values)
        gradients = named(self.name, self.kind, description.returns, returned)
        gradients |= {name: read(self.owner, path) for name, path in description.gradients.items()}
        gradients = {name: np.array(each) if isinstance(each, np.ndarray) else each for name, each in gradients.items()}
        if description.update:
            description.update.on(self.owner, values)
        return gradients

    def _parameters(self, weights: Mapping[str, Array]) -> dict[str, str]:
        return {name: path for name, path in self.description.parameters.items() if name in weights}

    def _load(self, weights: Mapping[str, Array]) -> None:
        missing = [name for name in weights if name not in self.description.parameters]
        if missing:
            raise HarnessError(f"{self.name}'s {self.kind} says nothing of where {', '.join(missing)} is: parameters=…")
        for name, path in self._parameters(weights).items():
            write(self.owner, path, weights[name])


class DescribedActivation:
    """An activation's object."""

    def __init__(
        self, name: str, description: Description, activation: Specification, shapes: tuple[Shape, ...]
    ) -> None:
        self._layer = DescribedLayer(name, description, activation, ())

    def forward(self, activation: Activation, x: Array) -> tuple[Any, Any]:
        """Return y and what a later backward pass starts from."""
        return self._layer.forward(activation, {}, x)  # type: ignore[arg-type]

    def backward(self, activation: Activation, cache: Any, dy: Array) -> Any:
        """Return the gradient with respect to x."""
        return self._layer.backward(activation, {}, cache, dy)[0]  # type: ignore[arg-type]


class DescribedLoss:
    """A loss's object."""

    def __init__(self, name: str, description: Description, loss: Specification, shapes: tuple[Shape, ...]) -> None:
        self.description = description
        self.owner = built(name, description, loss, ())

    def forward(self, loss: Loss, y_true: Array, y_pred: Array) -> Any:
        """Return the loss, a scalar."""
        value = self.description.forward.on(self.owner, {"y_true": y_true, "y_pred": y_pred})
        return np.asarray(value)

    def backward(self, loss: Loss, y_true: Array, y_pred: Array) -> Any:
        """Return the gradient with respect to y_pred."""
        self.forward(loss, y_true, y_pred)
        return self.description.backward.on(self.owner, {"y_true": y_true, "y_pred": y_pred})


@dataclass(frozen=True)
class Described:
    """An existing class as an operator: driven as its description says."""

    description: Description

    def placed(self, name: str, specification: Specification, input_shapes: tuple[Shape, ...]) -> Any:
        """Return a fresh object of the class, driven as an operator, for one place in a network."""
        kinds: tuple[tuple[type[Specification], type[Any]], ...]
        kinds = ((Layer, DescribedLayer), (Activation, DescribedActivation), (Loss, DescribedLoss))
        made = next(made for kind, made in kinds if isinstance(specification, kind))
        return made(name, self.description, specification, input_shapes)


def _zeros(x: Any) -> Any:
    return tuple(np.zeros_like(part) for part in x) if isinstance(x, tuple) else np.zeros_like(x)
