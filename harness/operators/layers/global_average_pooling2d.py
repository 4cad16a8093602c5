"""GlobalAveragePooling2D: y = Σ x / m over the m pixels of each channel.

The sum has the error of ``harness.numerics.summation`` with m terms; a division, or a product with 1 / m, rounds at
most twice. So does dx = dy / m.
"""

from collections.abc import Mapping

import numpy as np

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.numerics.summation import total
from harness.operators.layers.layer import Layer
from harness.operators.specification import Shape


class GlobalAveragePooling2D(Layer):
    """The mean of each channel: ``(height, width, channels)`` becomes ``(channels,)``, or ``(1, 1, channels)``."""

    keepdims: bool = False

    def output_shape(self, *input_shapes: Shape) -> Shape:
        image = self.expect_one_input(input_shapes)
        self.expect_image(image)
        return (1, 1, image[2]) if self.keepdims else (image[2],)

    def forward(self, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic) -> tuple[Estimate, Shape]:
        """Return y (batch, channels), or (batch, 1, 1, channels) with keepdims, and the shape of x."""
        batch, height, width, channels = x.shape
        y = total(x, (1, 2), arithmetic).scaled(1 / (height * width)).rounded(2, arithmetic)
        return (y.mapped(lambda array: array.reshape(batch, 1, 1, channels)) if self.keepdims else y), x.shape

    def backward(
        self, weights: Mapping[str, Estimate], shape: Shape, dy: Estimate, arithmetic: Arithmetic
    ) -> tuple[Estimate, Mapping[str, Estimate]]:
        """Return the gradient with respect to x (batch, height, width, channels), and no gradients of parameters."""
        batch, height, width, channels = shape
        share = dy.scaled(1 / (height * width)).rounded(2, arithmetic)
        return share.mapped(lambda array: np.broadcast_to(array.reshape(batch, 1, 1, channels), shape)), {}
