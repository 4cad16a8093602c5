"""A neuron of a fully connected layer."""

from impls.loops.textbook.activation import Activation


class Neuron:
    """``y = activation(bias + sum of x_i * weight_i)``.

    It has weights of its own: neurons that shared a list would all learn the same.
    """

    def __init__(self, weights: list[float], bias: float, activation: Activation) -> None:
        self.weights = list(weights)
        self.bias = bias
        self.activation = activation
        self.inputs: list[list[float]] = []
        self.outputs: list[float] = []
        self.deltas: list[float] = []

    def forward(self, inputs: list[list[float]]) -> list[float]:
        """Return the output for each sample; ``inputs`` has one list of features for each."""
        self.inputs = inputs
        self.outputs = [self.activation.function(self.weighted_sum(features)) for features in inputs]
        return self.outputs

    def weighted_sum(self, features: list[float]) -> float:
        """Return the bias plus the dot product of features and weights."""
        total = self.bias
        for feature, weight in zip(features, self.weights, strict=True):
            total += feature * weight
        return total

    def backward(self, dy: list[float]) -> list[float]:
        """Return delta for each sample: by the chain rule, the output's gradient times the activation's slope."""
        self.deltas = [
            gradient * self.activation.slope(output) for gradient, output in zip(dy, self.outputs, strict=True)
        ]
        return self.deltas

    def update(self, learning_rate: float) -> None:
        """Move each weight against its gradient, the sum of delta times the weight's input over the samples."""
        for i in range(len(self.weights)):
            gradient = 0.0
            for features, delta in zip(self.inputs, self.deltas, strict=True):
                gradient += delta * features[i]
            self.weights[i] -= learning_rate * gradient
        # The bias has the constant input 1.
        self.bias -= learning_rate * sum(self.deltas)
