"""Activations: two scalar functions each, compiled into loops over elements; softmax over rows."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from harness.cases.problem import Array
from harness.operators.activations import Activation
from harness.operators.activations.selu import ALPHA, SCALE
from impls.numba.arrays import writeable

Loop = Callable[[Array, float, Array], None]


class ElementwiseOperator:
    """An activation of single elements.

    Args:
        value: of x and the activation's argument.
        slope: the derivative, of the same.
        argument: the name of the activation's argument, if it has one.
    """

    def __init__(self, value: Callable[..., float], slope: Callable[..., float], argument: str = "") -> None:
        self._values, self._slopes = _loop_of(njit(value)), _loop_of(njit(slope))
        self._argument = argument

    def forward(self, activation: Activation, x: Array) -> tuple[Array, Array]:
        return self._each(self._values, activation, x).astype(x.dtype), x

    def backward(self, activation: Activation, x: Array, dy: Array) -> Array:
        return (dy * self._each(self._slopes, activation, x)).astype(dy.dtype)

    def _each(self, loop: Loop, activation: Activation, x: Array) -> Array:
        results = np.empty(x.size)
        argument = float(getattr(activation, self._argument)) if self._argument else 0.0
        loop(writeable(x.astype(np.float64)).ravel(), argument, results)
        return results.reshape(x.shape)


class SoftmaxOperator:
    """Softmax along the last axis."""

    def forward(self, activation: Activation, x: Array) -> tuple[Array, Array]:
        rows = writeable(x.reshape(-1, x.shape[-1]))
        y = np.empty_like(rows)
        _softmax(rows, y)
        return y.reshape(x.shape), y

    def backward(self, activation: Activation, y: Array, dy: Array) -> Array:
        dx = np.empty_like(y)
        _softmax_gradient(y, writeable(dy.reshape(y.shape)), dx)
        return dx.reshape(dy.shape)


def _loop_of(function: Any) -> Loop:
    @njit  # type: ignore[untyped-decorator]
    def loop(x: Any, argument: Any, results: Any) -> Any:
        for number in range(x.size):
            results[number] = function(x[number], argument)

    return loop  # type: ignore[no-any-return]


@njit  # type: ignore[untyped-decorator]
def _softmax(rows: Any, y: Any) -> Any:
    for row in range(rows.shape[0]):
        largest = float(rows[row].max())
        total = 0.0
        for column in range(rows.shape[1]):
            total += math.exp(rows[row, column] - largest)
        for column in range(rows.shape[1]):
            y[row, column] = math.exp(rows[row, column] - largest) / total


@njit  # type: ignore[untyped-decorator]
def _softmax_gradient(y: Any, dy: Any, dx: Any) -> Any:
    for row in range(y.shape[0]):
        through_the_sum = 0.0
        for column in range(y.shape[1]):
            through_the_sum += float(dy[row, column]) * y[row, column]
        for column in range(y.shape[1]):
            dx[row, column] = y[row, column] * (dy[row, column] - through_the_sum)


def elu(x: float, alpha: float) -> float:
    """Return the elu of x."""
    return x if x > 0 else alpha * math.expm1(x)


def elu_slope(x: float, alpha: float) -> float:
    """Return the derivative, alpha at 0."""
    return 1.0 if x > 0 else alpha * math.exp(x)


def gelu(x: float, _: float) -> float:
    """Return the gelu of x, the exact form."""
    return x * 0.5 * math.erfc(-x / math.sqrt(2.0))


def gelu_slope(x: float, _: float) -> float:
    """Return the derivative."""
    density = math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)
    return 0.5 * math.erfc(-x / math.sqrt(2.0)) + x * density


def leaky_relu(x: float, slope: float) -> float:
    """Return the leaky_relu of x."""
    return x if x > 0 else slope * x


def leaky_relu_slope(x: float, slope: float) -> float:
    """Return the derivative, the negative side's at 0."""
    return 1.0 if x > 0 else slope


def relu(x: float, _: float) -> float:
    """Return the relu of x; a NaN stays one."""
    return 0.0 if x <= 0 else x


def relu_slope(x: float, _: float) -> float:
    """Return the derivative, 0 at 0."""
    return 1.0 if x > 0 else 0.0


def selu(x: float, _: float) -> float:
    """Return the selu of x."""
    return SCALE * x if x > 0 else SCALE * ALPHA * math.expm1(x)


def selu_slope(x: float, _: float) -> float:
    """Return the derivative, the positive side's at 0."""
    return SCALE if x >= 0 else SCALE * ALPHA * math.exp(x)


def sigmoid(x: float, _: float) -> float:
    """Return the sigmoid of x."""
    decay = math.exp(-abs(x))
    return (1.0 if x >= 0 else decay) / (1.0 + decay)


def sigmoid_slope(x: float, _: float) -> float:
    """Return the derivative."""
    decay = math.exp(-abs(x))
    return decay / (1.0 + decay) / (1.0 + decay)


def softplus(x: float, _: float) -> float:
    """Return the softplus of x."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def tanh(x: float, _: float) -> float:
    """Return the tanh of x."""
    return math.tanh(x)


def tanh_slope(x: float, _: float) -> float:
    """Return the derivative."""
    return (1.0 - math.tanh(x)) * (1.0 + math.tanh(x))
