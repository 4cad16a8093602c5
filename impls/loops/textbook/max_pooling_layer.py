"""A layer that keeps the largest element of each window."""

from itertools import product

import numpy as np

from harness.cases.problem import Array
from harness.errors import SpecificationError
from harness.operators.specification import Shape
from impls.loops.textbook.layer import Layer


class MaxPoolingLayer(Layer):
    """Windows side by side; rows and columns that fill no window are left out.

    Args:
        size: height and width of the window, and how far it moves.
    """

    def __init__(self, size: int = 2) -> None:
        self.size = size
        self.output_shape: Shape = ()
        self.input_shape: Shape = ()
        self.places: dict[tuple[int, ...], tuple[int, int]] = {}

    def build(self, input_shape: Shape, generator: np.random.Generator | None) -> Shape:
        if len(input_shape) != 3 or min(input_shape[:2]) < self.size:
            raise SpecificationError(
                f"MaxPoolingLayer expected an input of shape (height, width, channels) no smaller than its window "
                f"{(self.size, self.size)}, got {input_shape}."
            )
        height, width, channels = input_shape
        self.input_shape = input_shape
        self.output_shape = (height // self.size, width // self.size, channels)
        return self.output_shape

    def forward(self, x: Array) -> Array:
        """Return (batch, height // size, width // size, channels), and remember where each maximum was."""
        images = x.tolist()
        y = np.empty((len(images), *self.output_shape))
        # The places of the step before are forgotten.
        self.places = {}
        for sample, row, column, channel in product(*map(range, y.shape)):
            largest, place = -np.inf, (row * self.size, column * self.size)
            for i in range(row * self.size, (row + 1) * self.size):
                for j in range(column * self.size, (column + 1) * self.size):
                    if images[sample][i][j][channel] > largest:
                        largest, place = images[sample][i][j][channel], (i, j)
            y[sample, row, column, channel] = largest
            self.places[sample, row, column, channel] = place
        return y

    def backward(self, dy: Array) -> Array:
        """Return (batch, height, width, channels): only the maxima acted on the output, each with slope 1."""
        dx = np.zeros((len(dy), *self.input_shape))
        for (sample, row, column, channel), (i, j) in self.places.items():
            dx[sample, i, j, channel] = dy[sample, row, column, channel]
        return dx
