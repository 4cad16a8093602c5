"""Concatenate: inputs keep their values side by side; nothing is rounded."""

from harness.errors import SpecificationError
from harness.numerics.expressions import Expression
from harness.numerics.tensors import concatenated
from harness.operators.layers.layer import Layer
from harness.operators.specification import Shape


class Concatenate(Layer):
    """Concatenation of two or more inputs along the last axis (the channels or features)."""

    def output_shape(self, *input_shapes: Shape) -> Shape:
        if len(input_shapes) < 2:
            raise SpecificationError(f"Concatenate expected two or more inputs, got inputs={self.inputs!r}.")
        if len({shape[:-1] for shape in input_shapes}) > 1:
            raise SpecificationError(
                "Concatenate expected inputs that differ in the last axis only, got "
                f"{', '.join(map(str, input_shapes))}."
            )
        return *input_shapes[0][:-1], sum(shape[-1] for shape in input_shapes)

    sample_inputs = 2

    def output(self, *x: Expression, **weights: Expression) -> Expression:
        """Return y, (batch, …, sum of the inputs' channels)."""
        return concatenated(x)
