"""Dense: y = x W + b, n = features (+ 1 for the bias) products to a sum.

    dx = dy Wᵀ     n = units
    dW = xᵀ dy     n = batch
    db = Σ dy      n = batch, without products

with the errors of ``harness.numerics.summation``.
"""

from collections.abc import Mapping

import numpy as np

from harness.errors import SpecificationError
from harness.numerics import tensors
from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.numerics.expressions import Expression
from harness.numerics.products import product
from harness.numerics.summation import total
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

    samples = ({"units": 4}, {"units": 3, "use_bias": False})
    sample_shape = (5,)

    def output(self, *x: Expression, **weights: Expression) -> Expression:
        """Return y, (batch, units)."""
        return tensors.product(x[0], weights["kernel"], weights.get("bias"))

    def forward(
        self, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic
    ) -> tuple[Estimate, Estimate]:
        """Return y (batch, units) before the activation, and x (batch, features)."""
        return product(x, weights["kernel"], arithmetic, weights.get("bias")), x

    def backward(
        self, weights: Mapping[str, Estimate], x: Estimate, dy: Estimate, arithmetic: Arithmetic
    ) -> tuple[Estimate, Mapping[str, Estimate]]:
        """Return the gradients with respect to x (batch, features) and to each parameter."""
        dx = product(dy, weights["kernel"].mapped(np.transpose), arithmetic)
        gradients = {"kernel": product(x.mapped(np.transpose), dy, arithmetic)}
        if self.use_bias:
            gradients["bias"] = total(dy, 0, arithmetic)
        return dx, gradients
