"""GlobalMaxPooling2D: the largest element of each channel, as Keras defines it."""

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
