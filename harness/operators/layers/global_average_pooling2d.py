"""GlobalAveragePooling2D: the mean of each channel, as Keras defines it."""

from harness.operators.layers.layer import Layer
from harness.operators.specification import Shape


class GlobalAveragePooling2D(Layer):
    """The mean of each channel: ``(height, width, channels)`` becomes ``(channels,)``, or ``(1, 1, channels)``."""

    keepdims: bool = False

    def output_shape(self, *input_shapes: Shape) -> Shape:
        image = self.expect_one_input(input_shapes)
        self.expect_image(image)
        return (1, 1, image[2]) if self.keepdims else (image[2],)
