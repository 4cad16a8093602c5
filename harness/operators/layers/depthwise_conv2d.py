"""DepthwiseConv2D: a convolution with one group for each channel.

Kernel (height, width, channels, multiplier) holds the same numbers in the same order as the kernel
(height, width, 1, channels × multiplier) of that convolution, whose error this is; n = taps (+ 1 for the bias).
"""

from collections.abc import Mapping

from harness.errors import SpecificationError
from harness.numerics import convolution
from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.numerics.expressions import Expression
from harness.numerics.geometry import windows_over
from harness.numerics.summation import total
from harness.numerics.tensors import convolved, reshaped
from harness.numerics.windows import Windows, windows_of
from harness.operators.activations import Activation, as_activation
from harness.operators.layers.layer import Layer
from harness.operators.specification import Pair, Shape, is_integer

Cache = tuple[Windows, Estimate]


class DepthwiseConv2D(Layer):
    """Depthwise 2D convolution.

    Kernel ``(kernel_height, kernel_width, channels, depth_multiplier)``, bias ``(channels * depth_multiplier,)``;
    output channel ``c * depth_multiplier + m`` is input channel ``c`` with kernel ``[:, :, c, m]``.
    """

    parameter_names = ("kernel", "bias")
    kernel_axes = "HWIM"
    kernel_orders = ("IMHW", "MIHW", "MHWI", "HWMI")
    window = "kernel_size"

    kernel_size: Pair
    strides: Pair = (1, 1)
    padding: str = "valid"
    depth_multiplier: int = 1
    dilation_rate: Pair = (1, 1)
    activation: str | Activation | None = None
    use_bias: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        self.expect(
            is_integer(self.depth_multiplier) and self.depth_multiplier > 0, "depth_multiplier", "a positive integer"
        )
        for argument in ("kernel_size", "strides", "dilation_rate"):
            self.normalize_pair(argument)
        self.normalize_padding()
        self.normalize("activation", as_activation(self.activation))
        if self.strides[0] != self.strides[1]:
            raise SpecificationError(
                f"DepthwiseConv2D expected equal strides along height and width, got strides={self.strides}. "
                "TensorFlow has no others."
            )
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise SpecificationError(
                f"DepthwiseConv2D got strides={self.strides} with dilation_rate={self.dilation_rate}. "
                "Keras's documentation declares both above 1 incompatible; set one of them to 1."
            )

    def output_shape(self, *input_shapes: Shape) -> Shape:
        image = self.expect_one_input(input_shapes)
        self.expect_image(image)
        rows, columns = windows_over(self.kind, image, self.kernel_size, self.strides, self.padding, self.dilation_rate)
        return rows, columns, image[2] * self.depth_multiplier

    def parameters(self, *input_shapes: Shape) -> dict[str, Shape]:
        channels = input_shapes[0][2]
        shapes: dict[str, Shape] = {"kernel": (*self.kernel_size, channels, self.depth_multiplier)}
        return shapes | ({"bias": (channels * self.depth_multiplier,)} if self.use_bias else {})

    samples = ({"kernel_size": (3, 2), "depth_multiplier": 2}, {"kernel_size": 3, "strides": 2, "padding": "same"})

    def output(self, *x: Expression, **weights: Expression) -> Expression:
        """Return y, (batch, windows down, windows across, channels * multiplier)."""
        windows = windows_of(self, self.kernel_size, x[0].shape[1:3], self.dilation_rate)
        kernel = reshaped(weights["kernel"], (*self.kernel_size, 1, -1))
        return convolved(x[0], kernel, windows, x[0].shape[3], weights.get("bias"))

    def forward(self, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic) -> tuple[Estimate, Cache]:
        """Return y (batch, windows down, windows across, channels * multiplier) before the activation, and a cache."""
        _, height, width, channels = x.shape
        windows = windows_of(self, self.kernel_size, (height, width), self.dilation_rate)
        y = convolution.output(x, _grouped(weights["kernel"]), windows, channels, arithmetic, weights.get("bias"))
        return y, (windows, x)

    def backward(
        self, weights: Mapping[str, Estimate], cache: Cache, dy: Estimate, arithmetic: Arithmetic
    ) -> tuple[Estimate, Mapping[str, Estimate]]:
        """Return the gradients with respect to x (batch, height, width, channels) and to each parameter."""
        windows, x = cache
        kernel = weights["kernel"]
        groups = x.shape[3]
        dx = convolution.input_gradient(dy, _grouped(kernel), windows, groups, arithmetic)
        dkernel = convolution.kernel_gradient(x, dy, windows, groups, arithmetic)
        gradients = {"kernel": dkernel.mapped(lambda array: array.reshape(kernel.shape))}
        if self.use_bias:
            gradients["bias"] = total(dy, (0, 1, 2), arithmetic)
        return dx, gradients


def _grouped(kernel: Estimate) -> Estimate:
    height, width, _, _ = kernel.shape
    return kernel.mapped(lambda array: array.reshape(height, width, 1, -1))
