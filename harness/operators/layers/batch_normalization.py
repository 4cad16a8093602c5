"""BatchNormalization: see ``harness.numerics.standardization``, with a column for each channel."""

from collections.abc import Mapping

import numpy as np

from harness.numerics import tensors
from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate, Floats
from harness.numerics.expressions import Expression, constant
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
from harness.numerics.tensors import reshaped
from harness.operators.layers.layer import Layer
from harness.operators.specification import Shape, is_number


class BatchNormalization(Layer):
    """Batch normalization over the last axis.

    Training: ``y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`` with the mean and the biased variance of
    the batch, then ``moving = momentum * moving + (1 - momentum) * batch``. Inference uses the moving statistics.
    Parameters gamma and beta and state moving_mean and moving_variance are all ``(channels,)``.
    """

    parameter_names = ("gamma", "beta")
    state_names = ("moving_mean", "moving_variance")

    momentum: float = 0.99
    epsilon: float = 0.001
    center: bool = True
    scale: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        self.expect(is_number(self.momentum) and 0 <= self.momentum <= 1, "momentum", "a number from 0 to 1")
        self.expect(is_number(self.epsilon) and self.epsilon > 0, "epsilon", "a positive number")
        self.normalize("momentum", float(self.momentum))
        self.normalize("epsilon", float(self.epsilon))

    def output_shape(self, *input_shapes: Shape) -> Shape:
        return self.expect_one_input(input_shapes)

    def parameters(self, *input_shapes: Shape) -> dict[str, Shape]:
        channels = input_shapes[0][-1:]
        return ({"gamma": channels} if self.scale else {}) | ({"beta": channels} if self.center else {})

    def state(self, *input_shapes: Shape) -> dict[str, Shape]:
        channels = input_shapes[0][-1:]
        return {"moving_mean": channels, "moving_variance": channels}

    samples = ({}, {"center": False, "epsilon": 0.1}, {"scale": False, "momentum": 0.5})

    def output(self, *x: Expression, **weights: Expression) -> Expression:
        """Return y, the shape of x, normalized with the batch's own statistics."""
        rows = reshaped(x[0], (-1, x[0].shape[-1]))
        normalized = tensors.standardized(rows, self.epsilon)
        return reshaped(
            normalized * weights.get("gamma", constant(1.0)) + weights.get("beta", constant(0.0)), x[0].shape
        )

    def forward(
        self, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic
    ) -> tuple[Estimate, Statistics]:
        """Return y, the shape of x, normalized with the batch's own statistics, and these."""
        columns = statistics_of(x.mapped(_rows), self.epsilon, arithmetic)
        y = standardized(columns, arithmetic, weights.get("gamma", ONE), weights.get("beta", ZERO))
        return y.mapped(lambda array: array.reshape(x.shape)), columns

    def backward(
        self,
        weights: Mapping[str, Estimate],
        columns: Statistics,
        dy: Estimate,
        arithmetic: Arithmetic,
    ) -> tuple[Estimate, Mapping[str, Estimate]]:
        """Return the gradients with respect to x, also through mean and variance, and to each parameter."""
        dx, dgamma, dbeta = gradients(columns, dy.mapped(_rows), arithmetic, weights.get("gamma", ONE))
        by_parameter = ({"gamma": dgamma} if self.scale else {}) | ({"beta": dbeta} if self.center else {})
        return dx.mapped(lambda array: array.reshape(dy.shape)), by_parameter

    def infer(self, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return y, the shape of x, normalized with the moving statistics."""
        rows, gamma = x.mapped(_rows), weights.get("gamma", ONE)
        inverse = inverse_root(weights["moving_variance"], self.epsilon, arithmetic)
        y = scaled(rows.value, weights["moving_mean"], inverse, arithmetic, gamma, weights.get("beta", ZERO))
        if not x.is_exact:
            slope = inverse.value * gamma.value
            y = y.with_error(np.abs(slope) * rows.worst_case, np.square(slope) * rows.variance)
        return y.mapped(lambda array: array.reshape(x.shape))

    def moving(
        self, weights: Mapping[str, Estimate], columns: Statistics, arithmetic: Arithmetic
    ) -> Mapping[str, Estimate]:
        """Return the moving statistics after the step, each (channels,).

        Each product rounds twice, with its factor, and the sum once; 1 - momentum, taken from the rounded momentum,
        is off by as much as that.
        """
        mean, variance = columns.mean, columns.variance
        if not columns.x.is_exact:
            n, centered = len(columns.x.value), columns.x.value - mean.value
            mean = mean.with_error(columns.x.worst_case.sum(0) / n, columns.x.variance.sum(0) / n**2)
            variance = variance.with_error(
                2 * (np.abs(centered) * columns.x.worst_case).sum(0) / n,
                4 * (centered**2 * columns.x.variance).sum(0) / n**2,
            )
        keep, take = self.momentum, 1 - self.momentum
        return {
            name: (
                weights[name].scaled(keep).rounded(2, arithmetic)
                + batch.scaled(take)
                .rounded(2, arithmetic)
                .off_by(arithmetic.constant_error(keep) * np.abs(batch.value))
            ).rounded(1, arithmetic)
            for name, batch in (("moving_mean", mean), ("moving_variance", variance))
        }


def _rows(array: Floats) -> Floats:
    return array.reshape(-1, array.shape[-1])
