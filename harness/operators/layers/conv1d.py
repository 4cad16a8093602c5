"""Conv1D: the convolution of a sequence, which is that of an image one pixel high."""

from harness.errors import SpecificationError
from harness.numerics.expressions import Expression
from harness.numerics.geometry import window_count
from harness.numerics.tensors import convolved, reshaped
from harness.numerics.windows import windows_over_sequence
from harness.operators.activations import Activation, as_activation
from harness.operators.layers.layer import Layer
from harness.operators.specification import Shape, is_integer


class Conv1D(Layer):
    """1D convolution.

    Kernel ``(kernel_size, channels / groups, filters)``, bias ``(filters,)``; ``causal`` pads before the sequence only.
    """

    parameter_names = ("kernel", "bias")
    kernel_axes = "WIO"
    kernel_orders = ("OIW", "OWI", "IOW")
    window = "kernel_size"
    samples = (
        {"filters": 4, "kernel_size": 3},
        {"filters": 2, "kernel_size": 2, "strides": 2, "padding": "same", "use_bias": False},
        {"filters": 3, "kernel_size": 2, "dilation_rate": 2, "padding": "causal", "groups": 3},
    )
    sample_shape = (7, 3)

    filters: int
    kernel_size: int
    strides: int = 1
    padding: str = "valid"
    dilation_rate: int = 1
    groups: int = 1
    activation: str | Activation | None = None
    use_bias: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        for argument in ("kernel_size", "strides", "dilation_rate"):
            value = getattr(self, argument)
            if isinstance(value, (tuple, list)) and len(value) == 1:
                self.normalize(argument, value[0])
        for argument in ("filters", "kernel_size", "strides", "dilation_rate", "groups"):
            value = getattr(self, argument)
            self.expect(is_integer(value) and value > 0, argument, "a positive integer")
        self.normalize("padding", self.padding.lower() if isinstance(self.padding, str) else self.padding)
        self.expect(self.padding in ("valid", "same", "causal"), "padding", "'valid', 'same' or 'causal'")
        self.normalize("activation", as_activation(self.activation))
        if self.filters % self.groups:
            raise SpecificationError(f"Conv1D got filters={self.filters}, not divisible by groups={self.groups}.")
        if self.strides > 1 and self.dilation_rate > 1:
            raise SpecificationError(
                f"Conv1D got strides={self.strides} with dilation_rate={self.dilation_rate}. "
                "Keras refuses both above 1 in one layer; set one of them to 1."
            )

    def output_shape(self, *input_shapes: Shape) -> Shape:
        shape = self.expect_one_input(input_shapes)
        if len(shape) != 2:
            raise SpecificationError(f"Conv1D expected an input of shape (steps, channels), got {shape}.")
        steps, channels = shape
        if channels % self.groups:
            raise SpecificationError(
                f"Conv1D got groups={self.groups}, which does not divide the {channels} channels of its input {shape}."
            )
        before = (self.kernel_size - 1) * self.dilation_rate if self.padding == "causal" else 0
        padding = "same" if self.padding == "same" else "valid"
        count = window_count(steps + before, self.kernel_size, self.strides, padding, self.dilation_rate)
        if count < 1:
            raise SpecificationError(
                f"Conv1D expected a window no longer than its input of {steps} steps with padding='valid', "
                f"got {self.kernel_size}. Use a shorter window or padding='same'."
            )
        return count, self.filters

    def parameters(self, *input_shapes: Shape) -> dict[str, Shape]:
        shapes: dict[str, Shape] = {"kernel": (self.kernel_size, input_shapes[0][1] // self.groups, self.filters)}
        return shapes | ({"bias": (self.filters,)} if self.use_bias else {})

    def output(self, *x: Expression, **weights: Expression) -> Expression:
        """Return y, (batch, windows, filters)."""
        batch, steps, channels = x[0].shape
        windows = windows_over_sequence(steps, self.kernel_size, self.strides, self.padding, self.dilation_rate)
        image = reshaped(x[0], (batch, 1, steps, channels))
        kernel = reshaped(weights["kernel"], (1, *weights["kernel"].shape))
        y = convolved(image, kernel, windows, self.groups, weights.get("bias"))
        return reshaped(y, (batch, -1, self.filters))
