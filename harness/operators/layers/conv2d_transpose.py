"""Conv2DTranspose: the input gradient of a convolution, used as a layer.

The convolution's images are this layer's outputs, its windows this layer's input elements. So, with the errors of
``harness.numerics.summation``,

    y   n = the taps that meet the output × channels (+ 1 for the bias)
    dx  n = taps × filters
    dW  n = batch × input elements
    db  n = batch × output elements, without products
"""

from collections.abc import Mapping

from harness.numerics import convolution
from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.numerics.expressions import Expression
from harness.numerics.summation import total
from harness.numerics.tensors import spread
from harness.numerics.windows import Windows, windows_of
from harness.operators.activations import Activation, as_activation
from harness.operators.layers.layer import Layer
from harness.operators.specification import Pair, Shape, is_integer

Cache = tuple[Windows, Estimate]


class Conv2DTranspose(Layer):
    """Transposed 2D convolution.

    Kernel ``(kernel_height, kernel_width, filters, channels)``, bias ``(filters,)``. Element ``(i, j)`` of the
    input adds its value times the kernel to the window that starts at ``(i * stride, j * stride)`` minus the
    zeros that ``same`` would add before; output sizes are ``size * stride`` for ``same`` and
    ``size * stride + max(kernel - stride, 0)`` for ``valid``.
    """

    parameter_names = ("kernel", "bias")
    kernel_axes = "HWOI"
    kernel_orders = ("IOHW", "OIHW", "HWIO")
    window = "kernel_size"

    filters: int
    kernel_size: Pair
    strides: Pair = (1, 1)
    padding: str = "valid"
    activation: str | Activation | None = None
    use_bias: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        self.expect(is_integer(self.filters) and self.filters > 0, "filters", "a positive integer")
        self.normalize_pair("kernel_size")
        self.normalize_pair("strides")
        self.normalize_padding()
        self.normalize("activation", as_activation(self.activation))

    def output_shape(self, *input_shapes: Shape) -> Shape:
        image = self.expect_one_input(input_shapes)
        self.expect_image(image)
        rows, columns = (
            size * stride + (max(kernel - stride, 0) if self.padding == "valid" else 0)
            for size, kernel, stride in zip(image, self.kernel_size, self.strides, strict=False)
        )
        return rows, columns, self.filters

    def parameters(self, *input_shapes: Shape) -> dict[str, Shape]:
        channels = input_shapes[0][2]
        shapes: dict[str, Shape] = {"kernel": (*self.kernel_size, self.filters, channels)}
        return shapes | ({"bias": (self.filters,)} if self.use_bias else {})

    samples = (
        {"filters": 4, "kernel_size": (3, 2)},
        {"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same", "use_bias": False},
    )

    def output(self, *x: Expression, **weights: Expression) -> Expression:
        """Return y, (batch, out_height, out_width, filters)."""
        height, width, _ = self.output_shape(x[0].shape[1:])
        windows = windows_of(self, self.kernel_size, (height, width))
        return spread(x[0], weights["kernel"], windows, 1, weights.get("bias"))

    def forward(self, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic) -> tuple[Estimate, Cache]:
        """Return y (batch, out_height, out_width, filters) before the activation, and the cache."""
        height, width, _ = self.output_shape(x.shape[1:])
        windows = windows_of(self, self.kernel_size, (height, width))
        y = convolution.input_gradient(x, weights["kernel"], windows, 1, arithmetic, weights.get("bias"))
        return y, (windows, x)

    def backward(
        self, weights: Mapping[str, Estimate], cache: Cache, dy: Estimate, arithmetic: Arithmetic
    ) -> tuple[Estimate, Mapping[str, Estimate]]:
        """Return the gradients with respect to x (batch, height, width, channels) and to each parameter."""
        windows, x = cache
        dx = convolution.output(dy, weights["kernel"], windows, 1, arithmetic)
        gradients = {"kernel": convolution.kernel_gradient(dy, x, windows, 1, arithmetic)}
        if self.use_bias:
            gradients["bias"] = total(dy, (0, 1, 2), arithmetic)
        return dx, gradients
