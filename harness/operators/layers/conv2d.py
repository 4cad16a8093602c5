"""Conv2D: cross-correlation of an image with a kernel, plus bias, as Keras defines it."""

from harness.errors import SpecificationError
from harness.numerics.geometry import windows_over
from harness.operators.activations import Activation, as_activation
from harness.operators.layers.layer import Layer
from harness.operators.specification import Pair, Shape, is_integer


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
