"""Activation: its linear part is the identity, and rounds nothing; the function has a file of its own."""

from harness.numerics.expressions import Expression
from harness.operators.activations import Activation as ActivationFunction
from harness.operators.activations import as_activation
from harness.operators.layers.layer import Layer
from harness.operators.specification import Shape


class Activation(Layer):
    """An activation function as a layer; the shape stays."""

    only_activates = True

    activation: str | ActivationFunction | None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.normalize("activation", as_activation(self.activation))

    def output_shape(self, *input_shapes: Shape) -> Shape:
        return self.expect_one_input(input_shapes)

    samples = ({"activation": "tanh"},)

    def output(self, *x: Expression, **weights: Expression) -> Expression:
        """Return x: the function comes after it."""
        return x[0]
