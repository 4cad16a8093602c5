"""MaxPooling2D: the largest element of each window."""

import math
from collections.abc import Mapping
from itertools import product
from typing import NamedTuple

from harness.cases.problem import Array
from harness.operators.layers import MaxPooling2D
from harness.operators.specification import Shape
from impls.loops._elements import stored, zeros
from impls.loops.layers._taps import taps


class Cache(NamedTuple):
    """The shape of x, and the row and column of the image where each window's maximum was found."""

    shape: Shape
    winners: list[list[list[list[tuple[int, int]]]]]


def forward(layer: MaxPooling2D, weights: Mapping[str, Array], x: Array) -> tuple[Array, Cache]:
    """Return y (batch, windows down, windows across, channels) and the cache.

    Ties go to the first maximum in row-major order; padding never wins.
    """
    batch, height, width, channels = x.shape
    down = taps(height, layer.pool_size[0], layer.strides[0], layer.padding)
    across = taps(width, layer.pool_size[1], layer.strides[1], layer.padding)
    images = x.tolist()
    y = zeros(batch, len(down), len(across), channels)
    winners = zeros(batch, len(down), len(across), channels)
    for sample, row, column, channel in product(range(batch), range(len(down)), range(len(across)), range(channels)):
        image = images[sample]
        places = [(image_row, image_column) for _, image_row in down[row] for _, image_column in across[column]]
        winner = places[0]
        largest = image[winner[0]][winner[1]][channel]
        for image_row, image_column in places:
            pixel = image[image_row][image_column][channel]
            # A window with a NaN has no largest element: the first NaN stands for it.
            if pixel > largest or (math.isnan(pixel) and not math.isnan(largest)):
                winner = image_row, image_column
                largest = pixel
        y[sample][row][column][channel] = largest
        winners[sample][row][column][channel] = winner
    return stored(y, x.dtype), Cache(x.shape, winners)


def backward(
    layer: MaxPooling2D, weights: Mapping[str, Array], cache: Cache, dy: Array
) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradient with respect to x (batch, height, width, channels), and none for parameters.

    Each output's gradient goes to the element that won its window; where windows overlap, gradients add up.
    """
    dwindows = dy.tolist()
    dx = zeros(*cache.shape)
    for sample, row, column, channel in product(*map(range, dy.shape)):
        image_row, image_column = cache.winners[sample][row][column][channel]
        dx[sample][image_row][image_column][channel] += dwindows[sample][row][column][channel]
    return stored(dx, dy.dtype), {}
