"""A layer that turns images into rows of features."""

import math

import numpy as np

from harness.cases.problem import Array
from harness.operators.specification import Shape
from impls.loops.layers._rearranged import rearranged
from impls.loops.textbook.layer import Layer


class FlattenLayer(Layer):
    """(height, width, channels) becomes (height * width * channels,), the channels running fastest."""

    def __init__(self) -> None:
        self.input_shape: Shape = ()

    def build(self, input_shape: Shape, generator: np.random.Generator | None) -> Shape:
        self.input_shape = input_shape
        return (math.prod(input_shape),)

    def forward(self, x: Array) -> Array:
        return rearranged(x, (len(x), math.prod(self.input_shape)))

    def backward(self, dy: Array) -> Array:
        return rearranged(dy, (len(dy), *self.input_shape))
