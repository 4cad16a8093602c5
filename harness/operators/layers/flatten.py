"""Flatten: elements keep their values and their row-major order; nothing is rounded."""

import math
from collections.abc import Mapping

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.operators.layers.layer import Layer
from harness.operators.specification import Shape


class Flatten(Layer):
    """Row-major flattening of everything but the batch."""

    flattens = True

    def output_shape(self, *input_shapes: Shape) -> Shape:
        return (math.prod(self.expect_one_input(input_shapes)),)

    def forward(self, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic) -> tuple[Estimate, Shape]:
        """Return y (batch, features) and the shape of x."""
        return x.mapped(lambda array: array.reshape(len(array), -1)), x.shape

    def backward(
        self, weights: Mapping[str, Estimate], shape: Shape, dy: Estimate, arithmetic: Arithmetic
    ) -> tuple[Estimate, Mapping[str, Estimate]]:
        """Return the gradient with respect to x, and no gradients of parameters."""
        return dy.mapped(lambda array: array.reshape(shape)), {}
