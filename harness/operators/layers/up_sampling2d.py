"""UpSampling2D: larger images, each pixel repeated, or interpolated between the nearest four.

Bilinear: output pixel i lies at (i + 1/2) / size - 1/2 of the input, and is (1 - f) a + f b of its two neighbours, f
the part behind the point; beyond the border there is the border pixel. Some compute a + f (b - a), with f in the
working precision: that place is off by up to 3u of its distance from the border, besides the roundings of the two
products and their sum, along rows and along columns.
"""

import numpy as np

from harness.numerics.estimate import Estimate
from harness.numerics.expressions import Expression, given
from harness.numerics.tensors import broadcast, product, reshaped, transposed
from harness.operators.layers.layer import Layer
from harness.operators.specification import Pair, Shape

PLACE_ROUNDINGS = 3


class UpSampling2D(Layer):
    """Images ``size`` times as high and wide.

    Args:
        size: rows and columns that each pixel becomes.
        interpolation: ``nearest`` repeats pixels; ``bilinear`` goes from one to the next.
    """

    samples = ({"size": (2, 3)}, {"size": (3, 2), "interpolation": "bilinear"})
    sample_shape = (4, 3, 2)

    size: Pair = (2, 2)
    interpolation: str = "nearest"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.normalize_pair("size")
        self.expect(self.interpolation in ("nearest", "bilinear"), "interpolation", "'nearest' or 'bilinear'")

    def output_shape(self, *input_shapes: Shape) -> Shape:
        image = self.expect_one_input(input_shapes)
        self.expect_image(image)
        return image[0] * self.size[0], image[1] * self.size[1], image[2]

    def output(self, *x: Expression, **weights: Expression) -> Expression:
        """Return y, (batch, height * size, width * size, channels)."""
        return self._repeated(x[0]) if self.interpolation == "nearest" else self._interpolated(x[0])

    def _repeated(self, x: Expression) -> Expression:
        batch, height, width, channels = x.shape
        down, across = self.size
        apart = reshaped(x, (batch, height, 1, width, 1, channels))
        repeated = broadcast(apart, (batch, height, down, width, across, channels))
        return reshaped(repeated, (batch, height * down, width * across, channels))

    def _interpolated(self, x: Expression) -> Expression:
        batch, height, width, channels = x.shape
        down, across = self.size
        rows = reshaped(transposed(x, (0, 2, 3, 1)), (-1, height))
        rows = product(rows, _weights(height, down, x))
        columns = reshaped(rows, (batch, width, channels, height * down))
        columns = reshaped(transposed(columns, (0, 3, 2, 1)), (-1, width))
        columns = product(columns, _weights(width, across, x))
        y = reshaped(columns, (batch, height * down, channels, width * across))
        return transposed(y, (0, 1, 3, 2))


def _weights(pixels: int, size: int, like: Expression) -> Expression:
    """Return what each pixel gives to each output pixel along one axis, (pixels, pixels * size)."""
    place = (np.arange(pixels * size) + 0.5) / size - 0.5
    first = np.floor(place)
    share = place - first
    weights = np.zeros((pixels, pixels * size))
    errors = np.zeros_like(weights)
    outputs = np.arange(pixels * size)
    for neighbour, part in ((first, 1 - share), (first + 1, share)):
        inside = np.clip(neighbour, 0, pixels - 1).astype(np.intp)
        weights[inside, outputs] += part
        errors[inside, outputs] = PLACE_ROUNDINGS * like.arithmetic.unit_roundoff * (np.abs(place) + 1)
    # A pixel that an output pixel lies on gives all of itself, and so does the border beyond it.
    errors[weights == 1] = 0.0
    errors[:, share == 0] = 0.0
    return given(Estimate(weights, errors, np.square(errors) / 3), like.arithmetic)
