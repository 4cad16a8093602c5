"""GlobalAveragePooling2D: y = Σ x / m over the m pixels of each channel.

The sum has the error of ``harness.numerics.summation`` with m terms; a division, or a product with 1 / m, rounds at
most twice. So does dx = dy / m.
"""

from harness.numerics.expressions import Expression
from harness.numerics.tensors import mean
from harness.operators.layers.layer import Layer
from harness.operators.specification import Shape


class GlobalAveragePooling2D(Layer):
    """The mean of each channel: ``(height, width, channels)`` becomes ``(channels,)``, or ``(1, 1, channels)``."""

    keepdims: bool = False

    def output_shape(self, *input_shapes: Shape) -> Shape:
        image = self.expect_one_input(input_shapes)
        self.expect_image(image)
        return (1, 1, image[2]) if self.keepdims else (image[2],)

    samples = ({}, {"keepdims": True})

    def output(self, *x: Expression, **weights: Expression) -> Expression:
        """Return y, (batch, channels), or (batch, 1, 1, channels) with keepdims."""
        return mean(x[0], (1, 2), keepdims=self.keepdims)
