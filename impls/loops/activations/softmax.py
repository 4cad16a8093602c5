"""softmax: y_i = exp(x_i) / sum_j exp(x_j) along the last axis."""

import math

from harness.cases.problem import Array
from harness.operators.activations import Softmax
from impls.loops._elements import rows, stored


def softmax(row: list[float]) -> list[float]:
    """Return exp(x_i) / sum_j exp(x_j) for each x_i of the row.

    The largest x is taken off first, which changes nothing but keeps exp from overflowing.
    """
    largest = max(row)
    powers = [math.exp(x - largest) for x in row]
    total = sum(powers)
    return [power / total for power in powers]


def forward(activation: Softmax, x: Array) -> tuple[Array, Array]:
    """Return y, the shape of x, also as the cache."""
    y = stored([softmax(row) for row in rows(x)], x.dtype).reshape(x.shape)
    return y, y


def backward(activation: Softmax, y: Array, dy: Array) -> Array:
    """Return the gradient with respect to x, the shape of dy.

    Every y_j of a row depends on every x_i of it: its derivative is y_i * (1 - y_i) where j is i, else -y_i * y_j.
    """
    dx = []
    for y_row, dy_row in zip(rows(y), rows(dy), strict=True):
        through_the_sum = sum(dy_j * y_j for dy_j, y_j in zip(dy_row, y_row, strict=True))
        dx.append([y_i * (dy_i - through_the_sum) for dy_i, y_i in zip(dy_row, y_row, strict=True)])
    return stored(dx, dy.dtype).reshape(dy.shape)
