"""What the layers that look at windows of an image without weighing them have in common: arguments and shapes."""

from harness.numerics.geometry import windows_over
from harness.operators.layers.layer import Layer
from harness.operators.specification import Pair, Shape


class Pooling2D(Layer):
    """One number of each window and channel; ``strides`` default to ``pool_size``."""

    window = "pool_size"

    pool_size: Pair = (2, 2)
    strides: Pair = None
    padding: str = "valid"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.normalize_pair("pool_size")
        if self.strides is None:
            self.normalize("strides", self.pool_size)
        self.normalize_pair("strides")
        self.normalize_padding()

    def output_shape(self, *input_shapes: Shape) -> Shape:
        image = self.expect_one_input(input_shapes)
        self.expect_image(image)
        rows, columns = windows_over(self.kind, image, self.pool_size, self.strides, self.padding)
        return rows, columns, image[2]

    samples = ({"pool_size": (3, 2)}, {"pool_size": 3, "strides": 2, "padding": "same"})
