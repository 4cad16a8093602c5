"""Operators out of functions of tensors: the function is the forward pass, autograd is the backward pass."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import torch

from harness.cases.problem import Array
from harness.operators.activations import Activation
from harness.operators.layers import Layer
from harness.operators.losses import Loss

Tensor = Any
# Of a layer, its parameters and statistics by name, and one tensor for each of its inputs.
LayerFunction = Callable[..., Tensor]


def tensor(array: Array) -> Tensor:
    """Return a tensor with a copy of the array."""
    # Problems are read-only, which torch cannot express: sharing their memory would let it write there.
    return torch.tensor(array)


def numpy(value: Tensor) -> Array:
    """Return a tensor's numbers as an array in row-major order."""
    array: Array = value.detach().contiguous().numpy()
    return array


class Recorded(NamedTuple):
    """What a forward pass leaves for autograd: the inputs, the trainable parameters by name, and the output."""

    inputs: tuple[Tensor, ...]
    parameters: Mapping[str, Tensor]
    y: Tensor


class LayerOperator:
    """A layer kind.

    Args:
        function: of the layer, its weights by name and its inputs, ``(batch, height, width, channels)`` or
            ``(batch, features)``; returns the output.
    """

    def __init__(self, function: LayerFunction) -> None:
        self._function = function

    def forward(
        self, layer: Layer, weights: Mapping[str, Array], x: Array | tuple[Array, ...]
    ) -> tuple[Array, Recorded]:
        arrays = x if isinstance(x, tuple) else (x,)
        inputs = tuple(tensor(array).requires_grad_() for array in arrays)
        trainable = layer.parameters(*(array.shape[1:] for array in arrays))
        tensors = {name: tensor(array).requires_grad_(name in trainable) for name, array in weights.items()}
        y = self._function(layer, tensors, *inputs)
        return numpy(y), Recorded(inputs, {name: tensors[name] for name in trainable}, y)

    def backward(
        self, layer: Layer, weights: Mapping[str, Array], cache: Recorded, dy: Array
    ) -> tuple[Array | tuple[Array, ...], Mapping[str, Array]]:
        wanted = [*cache.inputs, *cache.parameters.values()]
        gradients = [numpy(each) for each in torch.autograd.grad(cache.y, wanted, tensor(dy))]
        count = len(cache.inputs)
        dx = gradients[0] if count == 1 else tuple(gradients[:count])
        return dx, dict(zip(cache.parameters, gradients[count:], strict=True))


class ActivationOperator:
    """An activation.

    Args:
        function: of the activation and its input; returns the output.
    """

    def __init__(self, function: Callable[[Any, Tensor], Tensor]) -> None:
        self._function = function

    def forward(self, activation: Activation, x: Array) -> tuple[Array, Recorded]:
        inputs = tensor(x).requires_grad_()
        y = self._function(activation, inputs)
        return numpy(y), Recorded((inputs,), {}, y)

    def backward(self, activation: Activation, cache: Recorded, dy: Array) -> Array:
        (dx,) = torch.autograd.grad(cache.y, cache.inputs, tensor(dy))
        return numpy(dx)


class LossOperator:
    """A loss.

    Args:
        function: of the loss, the targets and the predictions; returns a scalar.
    """

    def __init__(self, function: Callable[[Any, Tensor, Tensor], Tensor]) -> None:
        self._function = function

    def forward(self, loss: Loss, y_true: Array, y_pred: Array) -> Array:
        return numpy(self._function(loss, tensor(y_true), tensor(y_pred)))

    def backward(self, loss: Loss, y_true: Array, y_pred: Array) -> Array:
        predictions = tensor(y_pred).requires_grad_()
        (gradient,) = torch.autograd.grad(self._function(loss, tensor(y_true), predictions), predictions)
        return numpy(gradient)
