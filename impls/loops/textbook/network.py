"""A network of layers that trains itself by backpropagation."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from harness.cases.problem import Array
from harness.errors import SpecificationError, nearest
from harness.operators.losses import BinaryCrossentropy, Loss, MeanSquaredError
from harness.operators.specification import Shape
from impls.loops.losses import binary_crossentropy, mean_squared_error
from impls.loops.textbook.layer import Layer

# The course notebook's: training stops when an epoch changes the loss by no more than this.
SMALLEST_CHANGE = 1e-8

LOSSES: Mapping[str, tuple[Loss, Any]] = MappingProxyType(
    {
        "mean_squared_error": (MeanSquaredError(), mean_squared_error),
        "binary_crossentropy": (BinaryCrossentropy(), binary_crossentropy),
    }
)


class Network:
    """Layers one after the other.

    Args:
        input_shape: of one sample, (height, width, channels) or (features,).
        loss: ``mean_squared_error`` or ``binary_crossentropy``, both averaged over samples and outputs.
        generator: where layers without given weights draw theirs from.

    Attributes:
        layers: in order.
        shapes: of the input, and of each layer's output after it.
    """

    def __init__(
        self, input_shape: Shape, loss: str = "mean_squared_error", generator: np.random.Generator | None = None
    ) -> None:
        if loss not in LOSSES:
            raise SpecificationError(f"unknown loss {loss!r}.{nearest(loss, LOSSES)}")
        self.layers: list[Layer] = []
        self.shapes: list[Shape] = [input_shape]
        self._loss = LOSSES[loss]
        self._generator = generator

    def add(self, layer: Layer) -> None:
        """Put a layer on top; it learns the shape of its input from the layer below."""
        self.shapes.append(layer.build(self.shapes[-1], self._generator))
        self.layers.append(layer)

    def forward(self, x: Array) -> Array:
        """Return the prediction for every sample, (batch, …).

        Raises:
            SpecificationError: samples have another shape than the network's input.
        """
        if x.shape[1:] != self.shapes[0]:
            raise SpecificationError(f"Network expected samples of shape {self.shapes[0]}, got {x.shape[1:]}.")
        y = np.asarray(x, np.float64)
        for layer in self.layers:
            y = layer.forward(y)
        return y

    def loss(self, y: Array, prediction: Array) -> float:
        """Return how far the prediction is from the target y of the same shape."""
        specification, operator = self._loss
        return float(operator.forward(specification, _target(y, prediction), prediction))

    def loss_derivative(self, y: Array, prediction: Array) -> Array:
        """Return the gradient of the loss with respect to the prediction, its shape."""
        specification, operator = self._loss
        gradient: Array = operator.backward(specification, _target(y, prediction), prediction)
        return gradient

    def backward(self, dy: Array) -> Array:
        """Carry the gradient of the last prediction down through all layers; return that of the input."""
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        return dy

    def train(self, x: Array, y: Array, epochs: int, learning_rate: float) -> list[float]:
        """Take one step of gradient descent on all samples in each epoch.

        Returns:
            The loss before each step. Training stops early when it changed by at most 1e-8 since the step before: no
            step is taken then.
        """
        losses: list[float] = []
        for _ in range(epochs):
            prediction = self.forward(x)
            losses.append(self.loss(y, prediction))
            if len(losses) > 1 and abs(losses[-1] - losses[-2]) <= SMALLEST_CHANGE:
                break
            self.backward(self.loss_derivative(y, prediction))
            for layer in self.layers:
                layer.update(learning_rate)
        return losses

    def __str__(self) -> str:
        """Every layer with the shape of its output and its weights; what ``print(network)`` shows."""
        lines = [f"Network, input {self.shapes[0]}"]
        for layer, shape in zip(self.layers, self.shapes[1:], strict=True):
            lines.append(f"{type(layer).__name__}, output {shape}")
            for name, array in layer.weights.items():
                lines += [f"  {name} {array.shape}", *(f"    {line}" for line in str(array).splitlines() if line)]
        return "\n".join(lines)


def _target(y: Array, prediction: Array) -> Array:
    if y.shape != prediction.shape:
        # NumPy would broadcast (batch,) against (batch, 1) to (batch, batch).
        raise SpecificationError(f"Network expected y of shape {prediction.shape}, got y.shape={y.shape}.")
    return np.asarray(y, np.float64)
