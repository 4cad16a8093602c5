"""GlobalMaxPooling2D: the largest element of each channel; choosing rounds nothing.

Equal maxima share the gradient equally, unlike in MaxPooling2D: 1 / m, and its product with dy, round once each where
m > 1 elements share. Where elements are inexact, each that may reach the maximum, in the worst case or within REACH
standard deviations, may have all of dy or nothing.
"""

from collections.abc import Mapping

import numpy as np

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate, Flags, Floats
from harness.operators.layers.layer import Layer
from harness.operators.specification import Shape


class GlobalMaxPooling2D(Layer):
    """The largest element of each channel: ``(channels,)``, or ``(1, 1, channels)`` with ``keepdims``.

    The gradient of a maximum found more than once is shared equally among its places, unlike MaxPooling2D:
    Keras reduces with ``reduce_max``.
    """

    takes_maximum = True

    keepdims: bool = False

    def output_shape(self, *input_shapes: Shape) -> Shape:
        image = self.expect_one_input(input_shapes)
        self.expect_image(image)
        return (1, 1, image[2]) if self.keepdims else (image[2],)

    samples = ({}, {"keepdims": True})

    def forward(
        self, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic
    ) -> tuple[Estimate, Estimate]:
        """Return y (batch, channels), or (batch, 1, 1, channels) with keepdims, and x."""
        return x.mapped(lambda array: array.max(axis=(1, 2), keepdims=self.keepdims)), x

    def backward(
        self, weights: Mapping[str, Estimate], x: Estimate, dy: Estimate, arithmetic: Arithmetic
    ) -> tuple[Estimate, Mapping[str, Estimate]]:
        """Return the gradient with respect to x (batch, height, width, channels), and no gradients of parameters."""
        batch, _, _, channels = x.shape
        each = dy.mapped(lambda array: array.reshape(batch, 1, 1, channels))
        largest = x.value.max(axis=(1, 2), keepdims=True)
        won = x.value == largest
        shares = np.count_nonzero(won, axis=(1, 2), keepdims=True)
        share = np.where(won, 1 / shares, 0.0)
        dx = each.scaled(share).rounded(np.where(shares > 1, 2.0, 0.0), arithmetic)
        # One winner takes dy as it is, not even its underflow is in question.
        dx = Estimate(
            dx.value,
            np.where(shares > 1, dx.worst_case, share * each.worst_case),
            np.where(shares > 1, dx.variance, share * each.variance),
        )
        if x.is_exact:
            return dx, {}
        worst, likely = (_may_have_won(x.value, largest, won, width) for width in x.reach)
        size = np.abs(each.value)
        return dx.with_error(worst * (size + each.worst_case), likely * (np.square(size) + each.variance)), {}


def _may_have_won(x: Floats, largest: Floats, won: Flags, width: Floats) -> Flags:
    reach = width + np.where(won, width, 0.0).max(axis=(1, 2), keepdims=True)
    near = (largest - x <= reach) & (reach > 0)
    result: Flags = near & (np.count_nonzero(near, axis=(1, 2), keepdims=True) > 1)
    return result
