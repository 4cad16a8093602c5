"""Operators given as two functions, which are told the specification and may decline what they do not read of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.cases.problem import Array
from harness.errors import HarnessError, Unsupported
from harness.layerwise.tracked import Tracked
from harness.operators.activations import Activation
from harness.operators.layers import Layer
from harness.operators.losses import Loss
from harness.operators.specification import Shape, Specification


@dataclass(frozen=True)
class Functions:
    """Forward and backward of one operator.

    Attributes:
        forward: of a layer ``(layer, weights, x)``, of an activation ``(activation, x)``: y, or y and a cache; the
            cache is x where none is returned. Of a loss ``(loss, y_true, y_pred)``: the value.
        backward: of a layer ``(layer, weights, cache, dy)``, of an activation ``(activation, cache, dy)``, of a loss
            ``(loss, y_true, y_pred)``.
        returns: what backward returns, in order: ``dx`` and names of parameters.
    """

    forward: Callable[..., Any]
    backward: Callable[..., Any]
    returns: tuple[str, ...]

    def placed(self, name: str, specification: Specification, input_shapes: tuple[Shape, ...]) -> Any:
        """Return the operator for one place."""
        kinds: tuple[tuple[type[Specification], type[Any]], ...]
        kinds = ((Layer, _LayerFunctions), (Activation, _ActivationFunctions), (Loss, _LossFunctions))
        return next(made(name, self) for kind, made in kinds if isinstance(specification, kind))


@dataclass(frozen=True)
class _Placed:
    name: str
    functions: Functions

    def _forward(self, specification: Specification, *arguments: Any) -> Any:
        told = Tracked(specification)
        try:
            returned = self.functions.forward(told, *arguments)
        except Unsupported:
            raise
        except Exception as error:
            # What was not looked at yet is the likely cause; cases at the defaults show every other.
            told.expect_all_read(self.name, f": {type(error).__name__}: {error}")
            raise
        told.expect_all_read(self.name)
        return returned


class _Weights(dict[str, Array]):
    """A layer's parameters; who insists on one that the layer can do without does not support the layer."""

    def __init__(self, name: str, layer: Layer, weights: Mapping[str, Array]) -> None:
        super().__init__(weights)
        self._name, self._layer = name, layer

    def __missing__(self, parameter: str) -> Array:
        if parameter in self._layer.parameter_names:
            raise Unsupported(f"{self._name}'s {self._layer.kind} does not do without a {parameter}")
        raise KeyError(parameter)


class _LayerFunctions(_Placed):
    def forward(self, layer: Layer, weights: Mapping[str, Array], x: Any) -> tuple[Any, Any]:
        returned = self._forward(layer, _Weights(self.name, layer, weights), x)
        return returned if isinstance(returned, tuple) else (returned, x)

    def backward(self, layer: Layer, weights: Mapping[str, Array], cache: Any, dy: Array) -> tuple[Any, Any]:
        returned = self.functions.backward(Tracked(layer), _Weights(self.name, layer, weights), cache, dy)
        gradients = named(self.name, layer.kind, self.functions.returns, returned)
        kept = {each: array for each, array in gradients.items() if each in weights}
        return gradients.get("dx"), kept


class _ActivationFunctions(_Placed):
    def forward(self, activation: Activation, x: Array) -> tuple[Any, Any]:
        returned = self._forward(activation, x)
        return returned if isinstance(returned, tuple) else (returned, x)

    def backward(self, activation: Activation, cache: Any, dy: Array) -> Any:
        return self.functions.backward(Tracked(activation), cache, dy)


class _LossFunctions(_Placed):
    def forward(self, loss: Loss, y_true: Array, y_pred: Array) -> Any:
        return self._forward(loss, y_true, y_pred)

    def backward(self, loss: Loss, y_true: Array, y_pred: Array) -> Any:
        return self.functions.backward(Tracked(loss), y_true, y_pred)


def named(name: str, kind: str, names: tuple[str, ...], returned: Any) -> dict[str, Any]:
    """Return what a backward function returned by name.

    Raises:
        HarnessError: it returned another number of things.
    """
    if not names:
        return {}
    if len(names) == 1:
        return {names[0]: returned}
    if not isinstance(returned, (tuple, list)) or len(returned) != len(names):
        came = f"{len(returned)} values" if isinstance(returned, (tuple, list)) else type(returned).__name__
        raise HarnessError(f"{name}: {kind}'s backward expected to return {', '.join(names)}, got {came}.")
    return dict(zip(names, returned, strict=True))
