"""LayerNormalization: each sample's features brought to mean 0 and variance 1.

The errors are those of ``harness.numerics.standardization``, with a column for each sample and position.

Keras on TensorFlow computes y as x s + (β - m s) with s = γ r; others as γ (x - m) r + β: both are allowed.
"""

import numpy as np

from harness.numerics.estimate import Estimate
from harness.numerics.expressions import Expression, constant, given
from harness.numerics.tensors import reshaped, standardized, transposed
from harness.operators.layers.layer import Layer
from harness.operators.specification import Shape, is_number


class LayerNormalization(Layer):
    """Layer normalization over the last axis, of every sample and position by itself.

    ``y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`` with the mean and the biased variance of the last axis.
    Parameters gamma and beta are ``(features,)``.
    """

    parameter_names = ("gamma", "beta")
    samples = ({}, {"center": False, "epsilon": 0.1}, {"scale": False})
    sample_shape = (4, 5)

    epsilon: float = 0.001
    center: bool = True
    scale: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        self.expect(is_number(self.epsilon) and self.epsilon > 0, "epsilon", "a positive number")
        self.normalize("epsilon", float(self.epsilon))

    def output_shape(self, *input_shapes: Shape) -> Shape:
        return self.expect_one_input(input_shapes)

    def parameters(self, *input_shapes: Shape) -> dict[str, Shape]:
        features = input_shapes[0][-1:]
        return ({"gamma": features} if self.scale else {}) | ({"beta": features} if self.center else {})

    def output(self, *x: Expression, **weights: Expression) -> Expression:
        """Return y, the shape of x (batch, …, features)."""
        return self.formulations(*x, **weights)[0]

    def formulations(self, *x: Expression, **weights: Expression) -> tuple[Expression, ...]:
        """Return y with β added to what is centered, and with m s subtracted from β first."""
        rows = reshaped(x[0], (-1, x[0].shape[-1]))
        normalized = transposed(standardized(transposed(rows, (1, 0)), self.epsilon), (1, 0))
        gamma, beta = weights.get("gamma", constant(1.0)), weights.get("beta", constant(0.0))
        scaled = normalized * gamma
        # The errors of m s are those of the standardization; what is new is where its size enters a rounding.
        mean, variance = (statistic(rows.value, axis=1, keepdims=True) for statistic in (np.mean, np.var))
        shift = given(Estimate.exact(mean / np.sqrt(variance + self.epsilon) * gamma.value), x[0].arithmetic)
        ways = scaled + beta, (scaled + shift) + (beta - shift)
        return tuple(reshaped(y, x[0].shape) for y in ways)
