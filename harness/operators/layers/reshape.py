"""Reshape: elements keep their values and their row-major order; nothing is rounded."""

import math

from harness.errors import SpecificationError
from harness.numerics.expressions import Expression
from harness.numerics.tensors import reshaped
from harness.operators.layers.layer import Layer
from harness.operators.specification import Shape, is_integer


class Reshape(Layer):
    """Reshape to ``target_shape`` (without the batch); one -1 is inferred."""

    target_shape: tuple[int, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        shape = self.target_shape
        valid = isinstance(shape, (tuple, list)) and all(is_integer(n) and (n > 0 or n == -1) for n in shape)
        self.expect(valid, "target_shape", "positive integers, one of which may be -1")
        self.normalize("target_shape", tuple(shape))
        self.expect(self.target_shape.count(-1) <= 1, "target_shape", "a shape with at most one -1")

    def output_shape(self, *input_shapes: Shape) -> Shape:
        shape = self.expect_one_input(input_shapes)
        elements, known = math.prod(shape), math.prod(n for n in self.target_shape if n != -1)
        resolved = tuple(elements // known if n == -1 else n for n in self.target_shape)
        if math.prod(resolved) != elements:
            raise SpecificationError(
                f"Reshape expected a target_shape of {elements} elements for its input {shape}, "
                f"got target_shape={self.target_shape}."
            )
        return resolved

    samples = ({"target_shape": (5, 21)}, {"target_shape": (-1, 3)})

    def output(self, *x: Expression, **weights: Expression) -> Expression:
        """Return y, (batch, *target_shape)."""
        batch, *shape = x[0].shape
        return reshaped(x[0], (batch, *self.output_shape(tuple(shape))))
