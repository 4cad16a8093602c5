"""Losses: a scalar function and its derivative compiled into loops over elements, or loops over rows of classes."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from harness.cases.problem import Array
from harness.operators import losses
from harness.operators.losses import Loss

EPSILON = 1e-7


class ElementwiseLoss:
    """A mean over samples and outputs.

    Args:
        value: of target, prediction, and the loss's argument or the bounds of its clip.
        slope: the derivative with respect to the prediction, of the same.
        arguments: of the loss and its predictions, the two numbers that both functions get.
    """

    def __init__(
        self,
        value: Callable[..., float],
        slope: Callable[..., float],
        arguments: Callable[[Any, Array], tuple[float, float]],
    ) -> None:
        self._mean, self._slopes = _mean_of(njit(value)), _slopes_of(njit(slope))
        self._arguments = arguments

    def forward(self, loss: Loss, y_true: Array, y_pred: Array) -> Array:
        return np.asarray(self._mean(*_flat(y_true, y_pred), *self._arguments(loss, y_pred)), dtype=y_pred.dtype)

    def backward(self, loss: Loss, y_true: Array, y_pred: Array) -> Array:
        gradient = np.empty(y_pred.size)
        self._slopes(*_flat(y_true, y_pred), *self._arguments(loss, y_pred), gradient)
        return gradient.reshape(y_pred.shape).astype(y_pred.dtype)


class BinaryCrossentropyOperator:
    """From logits and from probabilities, two functions."""

    def __init__(self) -> None:
        self._of_logits = ElementwiseLoss(_crossentropy_of_logit, _slope_of_logit, _nothing)
        self._of_probabilities = ElementwiseLoss(_crossentropy, _crossentropy_slope, _clip)

    def forward(self, loss: losses.BinaryCrossentropy, y_true: Array, y_pred: Array) -> Array:
        return self._own(loss).forward(loss, y_true, y_pred)

    def backward(self, loss: losses.BinaryCrossentropy, y_true: Array, y_pred: Array) -> Array:
        return self._own(loss).backward(loss, y_true, y_pred)

    def _own(self, loss: losses.BinaryCrossentropy) -> ElementwiseLoss:
        return self._of_logits if loss.from_logits else self._of_probabilities


class ClassesLoss:
    """A mean over rows of classes.

    Args:
        of_probabilities: the value of targets and probabilities, which fills in their gradient.
    """

    def __init__(self, of_probabilities: Callable[..., float]) -> None:
        self._of_probabilities = of_probabilities

    def forward(self, loss: Any, y_true: Array, y_pred: Array) -> Array:
        value, _ = self._both(loss, y_true, y_pred)
        return np.asarray(value, dtype=y_pred.dtype)

    def backward(self, loss: Any, y_true: Array, y_pred: Array) -> Array:
        _, gradient = self._both(loss, y_true, y_pred)
        return gradient.reshape(y_pred.shape).astype(y_pred.dtype)

    def _both(self, loss: Any, y_true: Array, y_pred: Array) -> tuple[float, Array]:
        predictions = y_pred.astype(np.float64).reshape(-1, y_pred.shape[-1])
        classes = predictions.shape[1]
        one_hot = y_true if y_true.dtype.kind == "f" else np.eye(classes)[y_true]
        targets = one_hot.astype(np.float64).reshape(-1, classes)
        gradient = np.zeros_like(predictions)
        if loss.from_logits:
            return float(_of_logits(targets, predictions, gradient)), gradient
        return float(self._of_probabilities(targets, predictions, *_clip(loss, y_pred), gradient)), gradient


def _nothing(loss: Loss, y_pred: Array) -> tuple[float, float]:
    return 0.0, 0.0


def _delta(loss: losses.Huber, y_pred: Array) -> tuple[float, float]:
    return loss.delta, 0.0


def _clip(loss: Loss, y_pred: Array) -> tuple[float, float]:
    # Keras clips in the working precision: float32(1 - 1e-7) is 1 - 2**-23, another bound than in float64.
    in_its_format = y_pred.dtype.type
    return float(in_its_format(EPSILON)), float(in_its_format(1 - EPSILON))


def _flat(y_true: Array, y_pred: Array) -> tuple[Array, Array]:
    return y_true.astype(np.float64).ravel(), y_pred.astype(np.float64).ravel()


def _mean_of(function: Any) -> Any:
    @njit  # type: ignore[untyped-decorator]
    def mean(y_true: Any, y_pred: Any, first: Any, second: Any) -> Any:
        total = 0.0
        for number in range(y_pred.size):
            total += function(y_true[number], y_pred[number], first, second)
        return total / y_pred.size

    return mean


def _slopes_of(function: Any) -> Any:
    @njit  # type: ignore[untyped-decorator]
    def slopes(y_true: Any, y_pred: Any, first: Any, second: Any, gradient: Any) -> Any:
        for number in range(y_pred.size):
            gradient[number] = function(y_true[number], y_pred[number], first, second) / y_pred.size

    return slopes


@njit  # type: ignore[untyped-decorator]
def _softmax_row(logits: Any, p: Any) -> Any:
    """Fill in the softmax; returns the logarithm of the sum of exponentials."""
    largest = logits.max()
    total = 0.0
    for i in range(logits.size):
        total += math.exp(logits[i] - largest)
    for i in range(logits.size):
        p[i] = math.exp(logits[i] - largest) / total
    return largest + math.log(total)


@njit  # type: ignore[untyped-decorator]
def _of_logits(targets: Any, logits: Any, gradient: Any) -> Any:
    value = 0.0
    for row in range(logits.shape[0]):
        log_of_sum = _softmax_row(logits[row], gradient[row])
        of_row = targets[row].sum()
        for i in range(logits.shape[1]):
            value -= targets[row, i] * (logits[row, i] - log_of_sum)
            gradient[row, i] = (gradient[row, i] * of_row - targets[row, i]) / logits.shape[0]
    return value / logits.shape[0]


@njit  # type: ignore[untyped-decorator]
def _of_shares(targets: Any, predictions: Any, lowest: Any, highest: Any, gradient: Any) -> Any:
    """Categorical: probabilities are divided by their sum, then clipped."""
    value = 0.0
    for row in range(predictions.shape[0]):
        total = predictions[row].sum()
        through_the_total = 0.0
        for i in range(predictions.shape[1]):
            share = predictions[row, i] / total
            value -= targets[row, i] * math.log(min(max(share, lowest), highest))
            if lowest <= share <= highest:
                gradient[row, i] = -targets[row, i] / share
                through_the_total += gradient[row, i] * share
        for i in range(predictions.shape[1]):
            gradient[row, i] = (gradient[row, i] - through_the_total) / total / predictions.shape[0]
    return value / predictions.shape[0]


@njit  # type: ignore[untyped-decorator]
def _of_clipped(targets: Any, predictions: Any, lowest: Any, highest: Any, gradient: Any) -> Any:
    """Sparse categorical: probabilities are clipped, then divided by their sum."""
    value = 0.0
    for row in range(predictions.shape[0]):
        total = 0.0
        for i in range(predictions.shape[1]):
            total += min(max(predictions[row, i], lowest), highest)
        for i in range(predictions.shape[1]):
            p = min(max(predictions[row, i], lowest), highest)
            value -= targets[row, i] * (math.log(p) - math.log(total))
            if lowest <= predictions[row, i] <= highest:
                gradient[row, i] = (1.0 / total - targets[row, i] / p) / predictions.shape[0]
    return value / predictions.shape[0]


def _crossentropy(y: float, p: float, lowest: float, highest: float) -> float:
    clipped = min(max(p, lowest), highest)
    return -y * math.log(clipped) - (1.0 - y) * math.log(1.0 - clipped)


def _crossentropy_slope(y: float, p: float, lowest: float, highest: float) -> float:
    return (1.0 - y) / (1.0 - p) - y / p if lowest <= p <= highest else 0.0


def _crossentropy_of_logit(y: float, z: float, _: float, __: float) -> float:
    return max(z, 0.0) + math.log1p(math.exp(-abs(z))) - y * z


def _slope_of_logit(y: float, z: float, _: float, __: float) -> float:
    decay = math.exp(-abs(z))
    return (1.0 if z >= 0 else decay) / (1.0 + decay) - y


def huber(y: float, p: float, delta: float, _: float) -> float:
    """Return the loss of one output."""
    distance = abs(p - y)
    return 0.5 * distance * distance if distance <= delta else delta * (distance - 0.5 * delta)


def huber_slope(y: float, p: float, delta: float, _: float) -> float:
    """Return the error, no further than delta from 0."""
    return min(max(p - y, -delta), delta)


def absolute(y: float, p: float, _: float, __: float) -> float:
    """Return the distance."""
    return abs(p - y)


def absolute_slope(y: float, p: float, _: float, __: float) -> float:
    """Return the sign of the error, 0 at 0."""
    if p > y:
        return 1.0
    return -1.0 if p < y else 0.0


def square(y: float, p: float, _: float, __: float) -> float:
    """Return the square of the error."""
    return (p - y) * (p - y)


def square_slope(y: float, p: float, _: float, __: float) -> float:
    """Return twice the error."""
    return 2.0 * (p - y)


OPERATORS = {
    losses.BinaryCrossentropy: BinaryCrossentropyOperator(),
    losses.CategoricalCrossentropy: ClassesLoss(_of_shares),
    losses.Huber: ElementwiseLoss(huber, huber_slope, _delta),
    losses.MeanAbsoluteError: ElementwiseLoss(absolute, absolute_slope, _nothing),
    losses.MeanSquaredError: ElementwiseLoss(square, square_slope, _nothing),
    losses.SparseCategoricalCrossentropy: ClassesLoss(_of_clipped),
}
