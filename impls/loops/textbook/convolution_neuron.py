"""A neuron of a convolution layer: one output position of one filter."""

from impls.loops.textbook.activation import Activation
from impls.loops.textbook.convolution_filter import ConvolutionFilter

Image = list[list[list[float]]]


class ConvolutionNeuron:
    """``y = activation(bias + sum over the window of pixel * weight)``.

    Args:
        filter_: the shared kernel and bias.
        row: where the window starts in the image.
        column: where the window starts in the image.
        activation: the activation function.
    """

    def __init__(self, filter_: ConvolutionFilter, row: int, column: int, activation: Activation) -> None:
        self.filter = filter_
        self.row = row
        self.column = column
        self.activation = activation
        self.images: list[Image] = []
        self.outputs: list[float] = []

    def forward(self, images: list[Image]) -> list[float]:
        """Return the output for each image, each (height, width, channels)."""
        self.images = images
        self.outputs = [self.activation.function(self.weighted_sum(image)) for image in images]
        return self.outputs

    def weighted_sum(self, image: Image) -> float:
        """Return the bias plus the sum of each weight times the pixel under it."""
        total = self.filter.bias
        for row in range(self.filter.height):
            for column in range(self.filter.width):
                pixel = image[self.row + row][self.column + column]
                for channel in range(self.filter.channels):
                    total += pixel[channel] * self.filter.kernel[row][column][channel]
        return total

    def derivative(self) -> list[float]:
        """Return the activation's slope at the last output for each image."""
        return [self.activation.slope(output) for output in self.outputs]

    def backward(self, dy: list[float]) -> list[float]:
        """Return delta for each image, and add to the filter's gradients what this position has to teach it.

        Delta is, by the chain rule, the output's gradient times the activation's slope. A weight was multiplied by the
        pixel under it: its gradient is delta times that pixel. The bias was multiplied by 1.
        """
        deltas = [gradient * slope for gradient, slope in zip(dy, self.derivative(), strict=True)]
        for image, delta in zip(self.images, deltas, strict=True):
            self.filter.dbias += delta
            for row in range(self.filter.height):
                for column in range(self.filter.width):
                    pixel = image[self.row + row][self.column + column]
                    for channel in range(self.filter.channels):
                        self.filter.dkernel[row][column][channel] += delta * pixel[channel]
        return deltas
