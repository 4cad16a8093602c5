"""Flatten: an image becomes one row of features in (height, width, channels) order."""

import math

from harness.operators.layers.layer import Layer
from harness.operators.specification import Shape


class Flatten(Layer):
    """Row-major flattening of everything but the batch."""

    flattens = True

    def output_shape(self, *input_shapes: Shape) -> Shape:
        return (math.prod(self.expect_one_input(input_shapes)),)
