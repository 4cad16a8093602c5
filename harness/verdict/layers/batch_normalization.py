"""BatchNormalization: see ``harness.numerics.standardization``, with a column for each channel."""

from collections.abc import Mapping

import numpy as np

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.channels import with_errors
from harness.numerics.estimate import Estimate, Floats
from harness.numerics.standardization import (
    ONE,
    ZERO,
    Statistics,
    gradients,
    inverse_root,
    scaled,
    standardized,
    statistics_of,
)
from harness.operators.layers import BatchNormalization


def forward(
    layer: BatchNormalization, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic
) -> tuple[Estimate, Statistics]:
    """Return y, the shape of x, normalized with the batch's own statistics, and these."""
    columns = statistics_of(x.mapped(_rows), layer.epsilon, arithmetic)
    y = standardized(columns, arithmetic, weights.get("gamma", ONE), weights.get("beta", ZERO))
    return y.mapped(lambda array: array.reshape(x.shape)), columns


def backward(
    layer: BatchNormalization,
    weights: Mapping[str, Estimate],
    columns: Statistics,
    dy: Estimate,
    arithmetic: Arithmetic,
) -> tuple[Estimate, Mapping[str, Estimate]]:
    """Return the gradients with respect to x, also through mean and variance, and to each parameter."""
    dx, dgamma, dbeta = gradients(columns, dy.mapped(_rows), arithmetic, weights.get("gamma", ONE))
    by_parameter = ({"gamma": dgamma} if layer.scale else {}) | ({"beta": dbeta} if layer.center else {})
    return dx.mapped(lambda array: array.reshape(dy.shape)), by_parameter


def infer(layer: BatchNormalization, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic) -> Estimate:
    """Return y, the shape of x, normalized with the moving statistics."""
    rows, gamma = x.mapped(_rows), weights.get("gamma", ONE)
    inverse = inverse_root(weights["moving_variance"], layer.epsilon, arithmetic)
    y = scaled(rows.value, weights["moving_mean"], inverse, arithmetic, gamma, weights.get("beta", ZERO))
    if not x.is_exact:
        slope = inverse.value * gamma.value
        y = with_errors(y, np.abs(slope) * rows.det, np.square(slope) * rows.var)
    return y.mapped(lambda array: array.reshape(x.shape))


def moving(
    layer: BatchNormalization, weights: Mapping[str, Estimate], columns: Statistics, arithmetic: Arithmetic
) -> Mapping[str, Estimate]:
    """Return the moving statistics after the step, each (channels,).

    Each product rounds twice, with its factor, and the sum once; 1 - momentum, taken from the rounded momentum, is off
    by as much as that.
    """
    mean, variance = columns.mean, columns.variance
    if not columns.x.is_exact:
        n, centered = len(columns.x.value), columns.x.value - mean.value
        mean = with_errors(mean, columns.x.det.sum(0) / n, columns.x.var.sum(0) / n**2)
        variance = with_errors(
            variance,
            2 * (np.abs(centered) * columns.x.det).sum(0) / n,
            4 * (centered**2 * columns.x.var).sum(0) / n**2,
        )
    keep, take = layer.momentum, 1 - layer.momentum
    return {
        name: (
            weights[name].scaled(keep).rounded(2, arithmetic)
            + batch.scaled(take).rounded(2, arithmetic).off_by(arithmetic.constant_error(keep) * np.abs(batch.value))
        ).rounded(1, arithmetic)
        for name, batch in (("moving_mean", mean), ("moving_variance", variance))
    }


def _rows(array: Floats) -> Floats:
    return array.reshape(-1, array.shape[-1])
