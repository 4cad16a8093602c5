"""Conv2DTranspose: the input gradient of a convolution used as a layer, as Keras defines it."""

from harness.operators.activations import Activation, as_activation
from harness.operators.layers.layer import Layer
from harness.operators.specification import Pair, Shape, is_integer


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
