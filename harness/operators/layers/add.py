"""Add: the sum of several inputs of one shape, as Keras defines it."""

from harness.errors import SpecificationError
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
