"""UpSampling2D: each pixel repeated, or, bilinear, a mixture of the two nearest rows and the two nearest columns."""

import math
from collections.abc import Mapping
from itertools import product

from harness.cases.problem import Array
from harness.operators.layers.up_sampling2d import UpSampling2D
from harness.operators.specification import Shape
from impls.loops._elements import stored, zeros

# For each output pixel along one axis, the input pixels it is made of and the share of each.
Shares = list[list[tuple[int, float]]]


def forward(layer: UpSampling2D, weights: Mapping[str, Array], x: Array) -> tuple[Array, Shape]:
    """Return y (batch, height * size, width * size, channels) and the shape of x."""
    batch, height, width, channels = x.shape
    down, across = _shares(height, layer.size[0], layer), _shares(width, layer.size[1], layer)
    images = x.tolist()
    y = zeros(batch, len(down), len(across), channels)
    for sample, row, column, channel in product(range(batch), range(len(down)), range(len(across)), range(channels)):
        total = 0.0
        for from_row, of_row in down[row]:
            for from_column, of_column in across[column]:
                total += of_row * of_column * images[sample][from_row][from_column][channel]
        y[sample][row][column][channel] = total
    return stored(y, x.dtype), x.shape


def backward(
    layer: UpSampling2D, weights: Mapping[str, Array], shape: Shape, dy: Array
) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradient with respect to x (batch, height, width, channels), and none for parameters.

    Every output pixel hands its gradient back to the pixels that it was made of, to each its share.
    """
    batch, height, width, channels = shape
    down, across = _shares(height, layer.size[0], layer), _shares(width, layer.size[1], layer)
    doutputs = dy.tolist()
    dx = zeros(*shape)
    for sample, row, column, channel in product(range(batch), range(len(down)), range(len(across)), range(channels)):
        delta = doutputs[sample][row][column][channel]
        for from_row, of_row in down[row]:
            for from_column, of_column in across[column]:
                dx[sample][from_row][from_column][channel] += of_row * of_column * delta
    return stored(dx, dy.dtype), {}


def _shares(pixels: int, size: int, layer: UpSampling2D) -> Shares:
    """Return the shares along one axis; beyond the border lies the border pixel."""
    if layer.interpolation == "nearest":
        return [[(output // size, 1.0)] for output in range(pixels * size)]
    shares = []
    for output in range(pixels * size):
        # Pixels are squares, and what counts is where the middle of one lies.
        place = (output + 0.5) / size - 0.5
        before = math.floor(place)
        behind = place - before
        first, second = max(before, 0), min(before + 1, pixels - 1)
        shares.append([(first, 1 - behind), (second, behind)])
    return shares
