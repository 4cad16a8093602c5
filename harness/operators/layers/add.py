"""Add: y = x_1 + … + x_m. Two inputs round once, ``u |y|``; more are a sum of m terms in any order.

The gradient with respect to each input is dy itself, without rounding.
"""

from harness.errors import SpecificationError
from harness.numerics.expressions import Expression
from harness.numerics.tensors import together
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

    sample_inputs = 2

    def output(self, *x: Expression, **weights: Expression) -> Expression:
        """Return y, of the shape that all inputs have."""
        return together(x)
