"""BatchNormalization: each channel brought to mean 0 and variance 1 over the batch.

Source of the gradients: Ioffe and Szegedy, arXiv:1502.03167, section 3.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from harness.cases.problem import Array
from harness.operators.layers import BatchNormalization
from impls.loops._elements import numbers, stored
from impls.loops._floating_point import quotient, root


class Channel(NamedTuple):
    """What the forward pass found out about one channel: every x minus the mean, and the statistics of the batch."""

    centered: list[float]
    mean: float
    variance: float


def forward(layer: BatchNormalization, weights: Mapping[str, Array], x: Array) -> tuple[Array, list[Channel]]:
    """Return y, the shape of x, normalized with the batch's own statistics, and the cache, one for each channel."""
    cache, y = [], []
    for channel, values in enumerate(_by_channel(x)):
        mean = sum(values) / len(values)
        centered = [value - mean for value in values]
        variance = sum(value * value for value in centered) / len(values)
        scale, shift = _scale_and_shift(layer, weights, channel)
        deviation = math.sqrt(variance + layer.epsilon)
        y.append([scale * value / deviation + shift for value in centered])
        cache.append(Channel(centered, mean, variance))
    return _from_channels(y, x), cache


def backward(
    layer: BatchNormalization, weights: Mapping[str, Array], cache: list[Channel], dy: Array
) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradients with respect to x and to each parameter.

    An x acts on the loss in three ways: through its own y, through the variance, and through the mean, which it shares
    with every other element of its channel.
    """
    dx, dgamma, dbeta = [], [], []
    for channel, dvalues in enumerate(_by_channel(dy)):
        centered, _, variance = cache[channel]
        elements = len(dvalues)
        scale, _ = _scale_and_shift(layer, weights, channel)
        deviation = math.sqrt(variance + layer.epsilon)
        total = sum(dvalues)
        along = sum(dvalue * value for dvalue, value in zip(dvalues, centered, strict=True))
        dbeta.append(total)
        dgamma.append(along / deviation)
        of_channel = []
        for dvalue, value in zip(dvalues, centered, strict=True):
            through_mean = total / elements
            through_variance = value * along / (elements * (variance + layer.epsilon))
            of_channel.append(scale / deviation * (dvalue - through_mean - through_variance))
        dx.append(of_channel)
    gradients = {}
    if layer.scale:
        gradients["gamma"] = stored(dgamma, dy.dtype)
    if layer.center:
        gradients["beta"] = stored(dbeta, dy.dtype)
    return _from_channels(dx, dy), gradients


def infer(layer: BatchNormalization, weights: Mapping[str, Array], x: Array) -> Array:
    """Return y, the shape of x, normalized with the moving statistics."""
    means, variances = numbers(weights["moving_mean"]), numbers(weights["moving_variance"])
    y = []
    for channel, values in enumerate(_by_channel(x)):
        scale, shift = _scale_and_shift(layer, weights, channel)
        deviation = root(variances[channel] + layer.epsilon)
        y.append([scale * quotient(value - means[channel], deviation) + shift for value in values])
    return _from_channels(y, x)


def moving(layer: BatchNormalization, weights: Mapping[str, Array], cache: list[Channel]) -> Mapping[str, Array]:
    """Return the moving statistics after the step, each (channels,)."""
    keep, take = layer.momentum, 1 - layer.momentum
    before = zip(numbers(weights["moving_mean"]), numbers(weights["moving_variance"]), strict=True)
    means, variances = [], []
    for (mean, variance), of_batch in zip(before, cache, strict=True):
        means.append(keep * mean + take * of_batch.mean)
        variances.append(keep * variance + take * of_batch.variance)
    return {
        "moving_mean": stored(means, weights["moving_mean"].dtype),
        "moving_variance": stored(variances, weights["moving_variance"].dtype),
    }


def _scale_and_shift(layer: BatchNormalization, weights: Mapping[str, Array], channel: int) -> tuple[float, float]:
    scale = float(weights["gamma"][channel]) if layer.scale else 1.0
    shift = float(weights["beta"][channel]) if layer.center else 0.0
    return scale, shift


def _by_channel(x: Array) -> list[list[float]]:
    """Return each channel's elements over samples, rows and columns."""
    channels: list[list[float]] = x.reshape(-1, x.shape[-1]).T.tolist()
    return channels


def _from_channels(channels: list[list[float]], like: Array) -> Array:
    return stored(channels, like.dtype).T.reshape(like.shape)
