"""What the neurons of one filter share."""

from harness.cases.problem import Array
from impls.loops._elements import zeros


class ConvolutionFilter:
    """A kernel (height, width, channels) and a bias, with the gradients that all neurons of the filter add up.

    Every neuron holds this one object, so that what one learns all others know, and an update reaches them all.
    """

    def __init__(self, kernel: Array, bias: float) -> None:
        self.height, self.width, self.channels = kernel.shape
        self.kernel: list[list[list[float]]] = kernel.tolist()
        self.bias = bias
        self.clear()

    def clear(self) -> None:
        """Forget the gradients of the step before."""
        self.dkernel: list[list[list[float]]] = zeros(self.height, self.width, self.channels)
        self.dbias = 0.0

    def update(self, learning_rate: float) -> None:
        """Move every weight and the bias against their gradients."""
        for row in range(self.height):
            for column in range(self.width):
                for channel in range(self.channels):
                    self.kernel[row][column][channel] -= learning_rate * self.dkernel[row][column][channel]
        self.bias -= learning_rate * self.dbias
