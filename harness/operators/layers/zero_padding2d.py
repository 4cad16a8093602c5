"""ZeroPadding2D: pixels keep their values among exact zeros; nothing is rounded."""

from typing import Any

from harness.numerics.expressions import Expression
from harness.numerics.tensors import padded
from harness.operators.layers.layer import Layer
from harness.operators.specification import Shape, is_integer


class ZeroPadding2D(Layer):
    """Zero padding.

    Args:
        padding: one number for all sides, two for (height, width), or ((top, bottom), (left, right)).
    """

    padding: Any = ((1, 1), (1, 1))

    def __post_init__(self) -> None:
        super().__post_init__()
        value = self.padding
        sides: Any = (value, value) if is_integer(value) else value
        if isinstance(sides, (tuple, list)):
            sides = tuple((side, side) if is_integer(side) else side for side in sides)
        valid = (
            isinstance(sides, tuple)
            and len(sides) == 2
            and all(isinstance(side, (tuple, list)) and len(side) == 2 for side in sides)
            and all(is_integer(n) and n >= 0 for side in sides for n in side)
        )
        self.expect(valid, "padding", "an integer, two, or ((top, bottom), (left, right)), none negative")
        self.normalize("padding", tuple(tuple(side) for side in sides))

    def output_shape(self, *input_shapes: Shape) -> Shape:
        image = self.expect_one_input(input_shapes)
        self.expect_image(image)
        (top, bottom), (left, right) = self.padding
        return image[0] + top + bottom, image[1] + left + right, image[2]

    samples = ({"padding": ((1, 2), (0, 3))},)

    def output(self, *x: Expression, **weights: Expression) -> Expression:
        """Return y, (batch, height + top + bottom, width + left + right, channels)."""
        return padded(x[0], ((0, 0), *self.padding, (0, 0)))
