"""What every layer specification answers: its kind, output shape, parameters and state."""

import re
from dataclasses import field
from typing import ClassVar

from harness.errors import SpecificationError
from harness.operators.activations.activation import Activation
from harness.operators.activations.linear import Linear
from harness.operators.specification import Shape, Specification


class Layer(Specification):
    """A layer with Keras's name, arguments and defaults; it describes and computes nothing.

    Shapes here are without the batch: ``(height, width, channels)`` or ``(features,)``.

    Args:
        name: unique in its network; defaults to Keras's rule: ``conv2d``, ``conv2d_1``, …
        inputs: names of the layers it reads, ``"input"`` for the network's input; defaults to the layer before it.

    Traits, which generic code asks instead of naming kinds:

    Attributes:
        parameter_names: every trainable parameter that it may have, in Keras's order.
        state_names: every moving statistic.
        kernel_axes: Keras's axes of its kernel, a letter each: H and W rows and columns, I inputs, O outputs, M a
            multiplier; empty without a kernel.
        kernel_orders: other orders of these axes that code has, the commonest first; axes in brackets are one.
        window: the argument that says how large its windows are; empty where it has none.
        takes_maximum: the gradient goes to the largest element of a window, whose ties need a convention.
        flattens: images become rows of features, in an order that needs a convention.
        only_activates: it is its activation and nothing else.
    """

    parameter_names: ClassVar[tuple[str, ...]] = ()
    state_names: ClassVar[tuple[str, ...]] = ()
    kernel_axes: ClassVar[str] = ""
    kernel_orders: ClassVar[tuple[str, ...]] = ()
    window: ClassVar[str] = ""
    takes_maximum: ClassVar[bool] = False
    flattens: ClassVar[bool] = False
    only_activates: ClassVar[bool] = False

    name: str | None = field(default=None, kw_only=True)
    inputs: tuple[str, ...] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if isinstance(self.inputs, str):
            self.normalize("inputs", (self.inputs,))
        elif self.inputs is not None:
            valid = isinstance(self.inputs, (tuple, list)) and all(isinstance(name, str) for name in self.inputs)
            self.expect(valid and len(self.inputs) > 0, "inputs", "one or more names of layers")
            self.normalize("inputs", tuple(self.inputs))
        if self.name is not None:
            self.expect(
                isinstance(self.name, str) and re.fullmatch(r"[A-Za-z0-9_]+", self.name) is not None,
                "name",
                "letters, digits and underscores",
            )

    @property
    def pools(self) -> bool:
        """Whether it looks at windows without weighing their elements."""
        return bool(self.window) and not self.kernel_axes

    @property
    def convolves(self) -> bool:
        """Whether a kernel slides over its input."""
        return bool(self.window) and bool(self.kernel_axes)

    @property
    def fused_activation(self) -> Activation:
        """The activation applied to this layer's result; ``Linear()`` where it has none."""
        activation = getattr(self, "activation", None)
        return activation if isinstance(activation, Activation) else Linear()

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """Return the output's shape, or raise SpecificationError if the inputs do not fit."""
        raise NotImplementedError(f"{self.kind}.output_shape")

    def parameters(self, *input_shapes: Shape) -> dict[str, Shape]:
        """Return the trainable parameters' shapes by Keras's names, in Keras's order."""
        return {}

    def state(self, *input_shapes: Shape) -> dict[str, Shape]:
        """Return the shapes of what changes without a gradient, such as moving statistics."""
        return {}

    def expect_image(self, shape: Shape) -> None:
        """Raise SpecificationError unless ``shape`` is ``(height, width, channels)``."""
        if len(shape) != 3:
            raise SpecificationError(
                f"{self.kind} expected an input of shape (height, width, channels), got {shape}. "
                "Flatten comes after the layers that look at images."
            )

    def expect_one_input(self, input_shapes: tuple[Shape, ...]) -> Shape:
        """Return the only input's shape, or raise SpecificationError."""
        if len(input_shapes) != 1:
            raise SpecificationError(f"{self.kind} expected one input, got {len(input_shapes)}: {self.inputs}.")
        return input_shapes[0]


def snake_case(kind: str) -> str:
    """Return Keras's automatic layer name: ``MaxPooling2D`` gives ``max_pooling2d``."""
    spaced = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", kind)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", spaced).lower()
