"""A layer of convolution neurons: filters × positions, stride 1, no padding."""

from collections.abc import Mapping
from itertools import product

import numpy as np

from harness.cases.problem import Array
from harness.errors import SpecificationError
from harness.operators.specification import Shape
from impls.loops._elements import zeros
from impls.loops.textbook.activation import activation_named
from impls.loops.textbook.convolution_filter import ConvolutionFilter
from impls.loops.textbook.convolution_neuron import ConvolutionNeuron
from impls.loops.textbook.initial_weights import bias_or_zeros, kernel_or_random
from impls.loops.textbook.layer import Layer


class ConvolutionLayer(Layer):
    """A neuron for each filter at each position of its window in the image.

    Args:
        filters: how many different kernels look at the image.
        kernel_size: height and width of the window, or one number for both.
        activation: ``sigmoid`` or ``linear``.
        kernel: (height, width, channels, filters); random if None.
        bias: (filters,); zeros if None.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int],
        activation: str = "sigmoid",
        kernel: Array | None = None,
        bias: Array | None = None,
    ) -> None:
        self.kernel_size = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        self.activation = activation_named(activation)
        self.input_shape: Shape = ()
        self.output_shape: Shape = ()
        self.filters: list[ConvolutionFilter] = []
        self.neurons: dict[tuple[int, int, int], ConvolutionNeuron] = {}
        self._filter_count = filters
        self._given = kernel, bias

    def build(self, input_shape: Shape, generator: np.random.Generator | None) -> Shape:
        height, width = self.kernel_size
        if len(input_shape) != 3 or input_shape[0] < height or input_shape[1] < width:
            raise SpecificationError(
                f"ConvolutionLayer expected an input of shape (height, width, channels) no smaller than its kernel "
                f"{self.kernel_size}, got {input_shape}."
            )
        kernel, bias = self._given
        channels, count = input_shape[2], self._filter_count
        window = height * width
        kernel = kernel_or_random(
            kernel, (height, width, channels, count), window * channels, window * count, generator
        )
        bias = bias_or_zeros(bias, count)
        self.input_shape = input_shape
        self.output_shape = (input_shape[0] - height + 1, input_shape[1] - width + 1, count)
        self.filters = [ConvolutionFilter(kernel[:, :, :, i], float(bias[i])) for i in range(count)]
        self.neurons = {
            (row, column, i): ConvolutionNeuron(self.filters[i], row, column, self.activation)
            for row, column, i in product(*map(range, self.output_shape))
        }
        return self.output_shape

    def forward(self, x: Array) -> Array:
        """Return (batch, height - kernel height + 1, width - kernel width + 1, filters)."""
        images = x.tolist()
        y = np.empty((len(images), *self.output_shape))
        for (row, column, i), neuron in self.neurons.items():
            y[:, row, column, i] = neuron.forward(images)
        return y

    def backward(self, dy: Array) -> Array:
        """Return (batch, height, width, channels): delta carried back to the layer below."""
        for filter_ in self.filters:
            filter_.clear()
        deltas = np.empty(dy.shape)
        for (row, column, i), neuron in self.neurons.items():
            deltas[:, row, column, i] = neuron.backward(dy[:, row, column, i].tolist())
        return self._full_correlation(deltas)

    def update(self, learning_rate: float) -> None:
        for filter_ in self.filters:
            filter_.update(learning_rate)

    @property
    def weights(self) -> Mapping[str, Array]:
        return {
            "kernel": np.array([filter_.kernel for filter_ in self.filters]).transpose(1, 2, 3, 0),
            "bias": np.array([filter_.bias for filter_ in self.filters]),
        }

    def _full_correlation(self, deltas: Array) -> Array:
        """Slide each kernel, turned by 180°, over the deltas of its filter with zeros around them.

        The pixel (i, j) was under weight (r, c) in the window that starts at (i - r, j - c). Going down and to the
        right through the windows that saw the pixel, one goes up and to the left through the kernel: it is turned.
        """
        height, width = self.kernel_size
        rows, columns, channels = self.input_shape
        padded = np.pad(deltas, ((0, 0), (height - 1, height - 1), (width - 1, width - 1), (0, 0))).tolist()
        turned = [[row[::-1] for row in filter_.kernel[::-1]] for filter_ in self.filters]
        dx = zeros(len(deltas), *self.input_shape)
        for sample, row, column, channel in product(range(len(deltas)), range(rows), range(columns), range(channels)):
            total = 0.0
            for window_row, window_column in product(range(height), range(width)):
                delta = padded[sample][row + window_row][column + window_column]
                for i in range(len(self.filters)):
                    total += delta[i] * turned[i][window_row][window_column][channel]
            dx[sample][row][column][channel] = total
        return np.array(dx)
