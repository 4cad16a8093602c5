"""Add: y = x_1 + … + x_m. Two inputs round once, ``u |y|``; more are a sum of m terms in any order.

The gradient with respect to each input is dy itself, without rounding.
"""

from collections.abc import Mapping

from harness.errors import SpecificationError
from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.numerics.summation import added
from harness.operators.layers.layer import Layer
from harness.operators.specification import Shape


class Add(Layer):
    """Sum of two or more inputs, element by element; broadcasting is left out on purpose."""

    def output_shape(self, *input_shapes: Shape) -> Shape:
        if len(input_shapes) < 2:
            raise SpecificationError(f"Add expected two or more inputs, got inputs={self.inputs!r}.")
        if len(set(input_shapes)) > 1:
            raise SpecificationError(f"Add expected inputs of one shape, got {', '.join(map(str, input_shapes))}.")
        return input_shapes[0]

    def forward(
        self, weights: Mapping[str, Estimate], x: tuple[Estimate, ...], arithmetic: Arithmetic
    ) -> tuple[Estimate, int]:
        """Return y, of the shape that all inputs have, and how many there are."""
        return added(x, arithmetic), len(x)

    def backward(
        self, weights: Mapping[str, Estimate], inputs: int, dy: Estimate, arithmetic: Arithmetic
    ) -> tuple[tuple[Estimate, ...], Mapping[str, Estimate]]:
        """Return the gradient with respect to each input, dy itself, and no gradients of parameters."""
        return (dy,) * inputs, {}
