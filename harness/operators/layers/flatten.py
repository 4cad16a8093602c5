"""Flatten: elements keep their values and their row-major order; nothing is rounded."""

import math

from harness.numerics.expressions import Expression
from harness.numerics.tensors import reshaped
from harness.operators.layers.layer import Layer
from harness.operators.specification import Shape


class Flatten(Layer):
    """Row-major flattening of everything but the batch."""

    flattens = True

    def output_shape(self, *input_shapes: Shape) -> Shape:
        return (math.prod(self.expect_one_input(input_shapes)),)

    def output(self, *x: Expression, **weights: Expression) -> Expression:
        """Return y, (batch, features)."""
        return reshaped(x[0], (x[0].shape[0], -1))
