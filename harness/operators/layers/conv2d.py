"""Conv2D: y[i] = Σ_k x[i stride + k dilation - before] W[k] + b over taps and channels of the group.

    y   n = taps × channels / groups (+ 1 for the bias)
    dx  n = the taps that meet the pixel × filters / groups
    dW  n = batch × windows
    db  n = batch × windows, without products

with the errors of ``harness.numerics.summation``. Products with the padding are 0 and round nothing.
"""

from collections.abc import Mapping

from harness.errors import SpecificationError
from harness.numerics import convolution
from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.numerics.expressions import Expression
from harness.numerics.geometry import windows_over
from harness.numerics.summation import total
from harness.numerics.tensors import convolved
from harness.numerics.windows import Windows, windows_of
from harness.operators.activations import Activation, as_activation
from harness.operators.layers.layer import Layer
from harness.operators.specification import Pair, Shape, is_integer

Cache = tuple[Windows, Estimate]


class Conv2D(Layer):
    """2D convolution.

    Kernel ``(kernel_height, kernel_width, channels / groups, filters)``, bias ``(filters,)``.
    """

    parameter_names = ("kernel", "bias")
    kernel_axes = "HWIO"
    kernel_orders = ("OIHW", "OHWI", "IOHW", "HWOI", "O(HWI)", "O(IHW)", "(HWI)O", "(IHW)O")
    window = "kernel_size"

    filters: int
    kernel_size: Pair
    strides: Pair = (1, 1)
    padding: str = "valid"
    dilation_rate: Pair = (1, 1)
    groups: int = 1
    activation: str | Activation | None = None
    use_bias: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        self.expect(is_integer(self.filters) and self.filters > 0, "filters", "a positive integer")
        self.expect(is_integer(self.groups) and self.groups > 0, "groups", "a positive integer")
        for argument in ("kernel_size", "strides", "dilation_rate"):
            self.normalize_pair(argument)
        self.normalize_padding()
        self.normalize("activation", as_activation(self.activation))
        if self.filters % self.groups:
            raise SpecificationError(f"Conv2D got filters={self.filters}, not divisible by groups={self.groups}.")
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise SpecificationError(
                f"Conv2D got strides={self.strides} with dilation_rate={self.dilation_rate}. "
                "Keras refuses both above 1 in one layer; set one of them to 1."
            )

    def output_shape(self, *input_shapes: Shape) -> Shape:
        image = self.expect_one_input(input_shapes)
        self.expect_image(image)
        if image[2] % self.groups:
            raise SpecificationError(
                f"Conv2D got groups={self.groups}, which does not divide the {image[2]} channels of its input {image}."
            )
        rows, columns = windows_over(self.kind, image, self.kernel_size, self.strides, self.padding, self.dilation_rate)
        return rows, columns, self.filters

    def parameters(self, *input_shapes: Shape) -> dict[str, Shape]:
        channels = input_shapes[0][2] // self.groups
        shapes: dict[str, Shape] = {"kernel": (*self.kernel_size, channels, self.filters)}
        return shapes | ({"bias": (self.filters,)} if self.use_bias else {})

    samples = (
        {"filters": 4, "kernel_size": (3, 2)},
        {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same", "groups": 3, "use_bias": False},
        {"filters": 2, "kernel_size": 2, "dilation_rate": (2, 1), "padding": "same"},
    )

    def output(self, *x: Expression, **weights: Expression) -> Expression:
        """Return y, (batch, windows down, windows across, filters)."""
        windows = windows_of(self, self.kernel_size, x[0].shape[1:3], self.dilation_rate)
        return convolved(x[0], weights["kernel"], windows, self.groups, weights.get("bias"))

    def forward(self, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic) -> tuple[Estimate, Cache]:
        """Return y (batch, windows down, windows across, filters) before the activation, and the cache."""
        _, height, width, _ = x.shape
        windows = windows_of(self, self.kernel_size, (height, width), self.dilation_rate)
        y = convolution.output(x, weights["kernel"], windows, self.groups, arithmetic, weights.get("bias"))
        return y, (windows, x)

    def backward(
        self, weights: Mapping[str, Estimate], cache: Cache, dy: Estimate, arithmetic: Arithmetic
    ) -> tuple[Estimate, Mapping[str, Estimate]]:
        """Return the gradients with respect to x (batch, height, width, channels) and to each parameter."""
        windows, x = cache
        dx = convolution.input_gradient(dy, weights["kernel"], windows, self.groups, arithmetic)
        gradients = {"kernel": convolution.kernel_gradient(x, dy, windows, self.groups, arithmetic)}
        if self.use_bias:
            gradients["bias"] = total(dy, (0, 1, 2), arithmetic)
        return dx, gradients
