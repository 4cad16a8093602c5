"""Right operators in conventions that are not Keras's, each written out as somebody has it."""

from types import SimpleNamespace
from typing import Any

import numpy as np


def same(array):
    return array


def foreign(own: Any, *, x=(same, same), y=(same, same), kernel=(same, same), bias=(same, same)) -> Any:
    """Return a right operator behind pairs of functions: from foreign to Keras's, and back."""

    def to_keras(weights):
        change = {"kernel": kernel[0], "bias": bias[0]}
        return {name: change[name](array) for name, array in weights.items()}

    def forward(layer, weights, given):
        result, cache = own.forward(layer, to_keras(weights), x[0](given))
        return y[1](result), cache

    def backward(layer, weights, cache, dy):
        dx, gradients = own.backward(layer, to_keras(weights), cache, y[0](dy))
        change = {"kernel": kernel[1], "bias": bias[1]}
        return x[1](dx), {name: change[name](array) for name, array in gradients.items()}

    return SimpleNamespace(forward=forward, backward=backward)


def moved(there, back):
    return (lambda array: array.transpose(there), lambda array: array.transpose(back))


CHANNELS_FIRST = moved((0, 2, 3, 1), (0, 3, 1, 2))
BATCH_LAST = moved((3, 0, 1, 2), (1, 2, 3, 0))
OIHW = moved((2, 3, 1, 0), (3, 2, 0, 1))
TRANSPOSED = (np.transpose, np.transpose)
ONE_SAMPLE = (lambda array: array[np.newaxis], lambda array: array[0])
ONE_ROW = (lambda array: array.reshape(-1), lambda array: array.reshape(1, -1))
ONE_COLUMN = (lambda array: array.reshape(-1), lambda array: array.reshape(-1, 1))
FLIPPED = (lambda array: array[::-1, ::-1], lambda array: array[::-1, ::-1])


def only_one(array):
    if len(array) != 1:
        raise ValueError("only one sample at a time")
    return array


def in_rows(channels, height, width):
    """Kernels of a convolution as rows: (filters, height * width * channels)."""
    return (
        lambda array: array.T.reshape(height, width, channels, -1),
        lambda array: array.reshape(-1, array.shape[-1]).T,
    )


def flattened_channels_first(layer, weights, x):
    return x.transpose(0, 3, 1, 2).reshape(len(x), -1), x.shape


def flattened_channels_first_backward(layer, weights, shape, dy):
    n, h, w, c = shape
    return dy.reshape(n, c, h, w).transpose(0, 2, 3, 1), {}


def pooled_with_gradient_to_every_tie(layer, weights, x):
    """Windows that do not overlap, pool_size along both axes."""
    rows, columns = layer.pool_size
    n, h, w, c = x.shape
    blocks = x[:, : h // rows * rows, : w // columns * columns].reshape(n, h // rows, rows, w // columns, columns, c)
    y = blocks.max(axis=(2, 4))
    return y, (x.shape, blocks == y[:, :, None, :, None])


def pooled_with_gradient_to_every_tie_backward(layer, weights, cache, dy):
    shape, wins = cache
    n, h, rows, w, columns, c = wins.shape
    dx = np.zeros(shape, dy.dtype)
    dx[:, : h * rows, : w * columns] = (wins * dy[:, :, None, :, None]).reshape(n, h * rows, w * columns, c)
    return dx, {}


def pooled_with_the_remainder(own):
    """Cut windows at the end count: what is missing of them is minus infinity."""

    def forward(layer, weights, x):
        extra = [-size % window for size, window in zip(x.shape[1:3], layer.pool_size, strict=True)]
        full = np.pad(x, ((0, 0), (0, extra[0]), (0, extra[1]), (0, 0)), constant_values=-np.inf)
        y, cache = own.forward(layer, weights, full)
        return y, (cache, x.shape)

    def backward(layer, weights, kept, dy):
        cache, shape = kept
        dx, _ = own.backward(layer, weights, cache, dy)
        return dx[:, : shape[1], : shape[2]], {}

    return SimpleNamespace(forward=forward, backward=backward)


def divided_by_the_batch(own):
    def backward(layer, weights, cache, dy):
        dx, gradients = own.backward(layer, weights, cache, dy)
        return dx, {name: array / len(dy) for name, array in gradients.items()}

    return SimpleNamespace(forward=own.forward, backward=backward)


def in_format(own, dtype):
    def forward(layer, weights, x):
        weights = {name: array.astype(dtype) for name, array in weights.items()}
        return own.forward(layer, weights, x.astype(dtype))

    def backward(layer, weights, cache, dy):
        weights = {name: array.astype(dtype) for name, array in weights.items()}
        return own.backward(layer, weights, cache, dy.astype(dtype))

    return SimpleNamespace(forward=forward, backward=backward)


def squared_error(scale, scale_of_gradient=None):
    """Half, sums and means: (scale) * sum of squares, for functions of batch and outputs."""
    return SimpleNamespace(
        forward=lambda loss, y, p: (scale(*p.shape) * ((p - y) ** 2).sum()).astype(p.dtype),
        backward=lambda loss, y, p: ((scale_of_gradient or scale)(*p.shape) * 2 * (p - y)).astype(p.dtype),
    )
