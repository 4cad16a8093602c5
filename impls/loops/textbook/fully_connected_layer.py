"""A layer of neurons that each see every feature."""

from collections.abc import Mapping

import numpy as np

from harness.cases.problem import Array
from harness.errors import SpecificationError
from harness.operators.specification import Shape
from impls.loops.textbook.activation import activation_named
from impls.loops.textbook.initial_weights import bias_or_zeros, kernel_or_random
from impls.loops.textbook.layer import Layer
from impls.loops.textbook.neuron import Neuron


class FullyConnectedLayer(Layer):
    """``units`` neurons over the same features.

    Args:
        units: how many neurons.
        activation: ``sigmoid`` or ``linear``.
        kernel: one column of weights for each neuron, (features, units); random if None.
        bias: (units,); zeros if None.
    """

    def __init__(
        self, units: int, activation: str = "sigmoid", kernel: Array | None = None, bias: Array | None = None
    ) -> None:
        self.units = units
        self.activation = activation_named(activation)
        self.neurons: list[Neuron] = []
        self._given = kernel, bias

    def build(self, input_shape: Shape, generator: np.random.Generator | None) -> Shape:
        if len(input_shape) != 1:
            raise SpecificationError(
                f"FullyConnectedLayer expected an input of shape (features,), got {input_shape}. "
                "Put a FlattenLayer before it."
            )
        kernel, bias = self._given
        features = input_shape[0]
        kernel = kernel_or_random(kernel, (features, self.units), features, self.units, generator)
        bias = bias_or_zeros(bias, self.units)
        self.neurons = [Neuron(kernel[:, i].tolist(), float(bias[i]), self.activation) for i in range(self.units)]
        return (self.units,)

    def forward(self, x: Array) -> Array:
        """Return (batch, units)."""
        samples = x.tolist()
        return np.array([neuron.forward(samples) for neuron in self.neurons]).T

    def backward(self, dy: Array) -> Array:
        """Return (batch, features): a feature acts on the loss through every neuron, by that neuron's weight."""
        deltas = [neuron.backward(dy[:, i].tolist()) for i, neuron in enumerate(self.neurons)]
        dx = np.zeros((len(dy), len(self.neurons[0].weights)))
        for sample in range(dx.shape[0]):
            for feature in range(dx.shape[1]):
                for neuron, delta in zip(self.neurons, deltas, strict=True):
                    dx[sample, feature] += delta[sample] * neuron.weights[feature]
        return dx

    def update(self, learning_rate: float) -> None:
        for neuron in self.neurons:
            neuron.update(learning_rate)

    @property
    def weights(self) -> Mapping[str, Array]:
        return {
            "kernel": np.array([neuron.weights for neuron in self.neurons]).T,
            "bias": np.array([neuron.bias for neuron in self.neurons]),
        }
