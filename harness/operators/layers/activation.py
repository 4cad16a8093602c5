"""Activation: its linear part is the identity, and rounds nothing; the function has a file of its own."""

from collections.abc import Mapping

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.operators.activations import Activation as ActivationFunction
from harness.operators.activations import as_activation
from harness.operators.layers.layer import Layer
from harness.operators.specification import Shape


class Activation(Layer):
    """An activation function as a layer; the shape stays."""

    activation: str | ActivationFunction | None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.normalize("activation", as_activation(self.activation))

    def output_shape(self, *input_shapes: Shape) -> Shape:
        return self.expect_one_input(input_shapes)

    def forward(self, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic) -> tuple[Estimate, None]:
        """Return x."""
        return x, None

    def backward(
        self, weights: Mapping[str, Estimate], cache: None, dy: Estimate, arithmetic: Arithmetic
    ) -> tuple[Estimate, Mapping[str, Estimate]]:
        """Return dy, and no gradients of parameters."""
        return dy, {}
