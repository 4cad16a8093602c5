"""GlobalMaxPooling2D: the largest element of each channel."""

import math
from collections.abc import Mapping
from itertools import product

from harness.cases.problem import Array
from harness.operators.layers import GlobalMaxPooling2D
from impls.loops._elements import rows, stored, zeros


def forward(layer: GlobalMaxPooling2D, weights: Mapping[str, Array], x: Array) -> tuple[Array, Array]:
    """Return y (batch, channels), or (batch, 1, 1, channels) with keepdims, and x."""
    batch, channels = x.shape[0], x.shape[3]
    y = zeros(batch, channels)
    for sample, channel in product(range(batch), range(channels)):
        elements = _elements(x, sample, channel)
        # Of elements with a NaN among them none is the largest.
        y[sample][channel] = math.nan if any(map(math.isnan, elements)) else max(elements)
    return stored(y, x.dtype).reshape(batch, *layer.output_shape(x.shape[1:])), x


def backward(
    layer: GlobalMaxPooling2D, weights: Mapping[str, Array], x: Array, dy: Array
) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradient with respect to x (batch, height, width, channels), and none for parameters.

    Equal maxima share it equally, unlike in MaxPooling2D.
    """
    batch, height, width, channels = x.shape
    images, dmaxima = x.tolist(), rows(dy)
    dx = zeros(*x.shape)
    for sample, channel in product(range(batch), range(channels)):
        elements = _elements(x, sample, channel)
        largest = max(elements)
        share = dmaxima[sample][channel] / elements.count(largest)
        for row in range(height):
            for column in range(width):
                if images[sample][row][column][channel] == largest:
                    dx[sample][row][column][channel] = share
    return stored(dx, dy.dtype), {}


def _elements(x: Array, sample: int, channel: int) -> list[float]:
    elements: list[float] = x[sample, :, :, channel].ravel().tolist()
    return elements
