"""Dense: a weighted sum of all features, plus bias, as Keras defines it."""

from harness.errors import SpecificationError
from harness.operators.activations import Activation, as_activation
from harness.operators.layers.layer import Layer
from harness.operators.specification import Shape, is_integer


class Dense(Layer):
    """Fully connected layer. Kernel ``(features, units)``, bias ``(units,)``."""

    parameter_names = ("kernel", "bias")
    kernel_axes = "IO"
    kernel_orders = ("OI",)

    units: int
    activation: str | Activation | None = None
    use_bias: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        self.expect(is_integer(self.units) and self.units > 0, "units", "a positive integer")
        self.normalize("activation", as_activation(self.activation))

    def output_shape(self, *input_shapes: Shape) -> Shape:
        shape = self.expect_one_input(input_shapes)
        if len(shape) != 1:
            raise SpecificationError(
                f"Dense expected an input of shape (features,), got {shape}. Put a Flatten before it."
            )
        return (self.units,)

    def parameters(self, *input_shapes: Shape) -> dict[str, Shape]:
        shapes: dict[str, Shape] = {"kernel": (input_shapes[0][0], self.units)}
        return shapes | ({"bias": (self.units,)} if self.use_bias else {})
