"""UpSampling2D: larger images, each pixel repeated, or interpolated between the nearest four.

Bilinear: along each axis output i lies at p = (i + 1/2) / size - 1/2 of the input, and is a + f (b - a) of its two
neighbours, f the part of p behind a; beyond the border there is the border pixel. Rows and columns come in any order.

- Forward, along one axis: ``2 f u |b - a| + u |y|``, or as (1 - f) a + f b ``3 (1 - f) u |a| + 2 f u |b| + u |y|``.
- Backward, every pixel adds up its share of the outputs that it is part of, in any order over both axes at once: two
  shares rounded, two products, and the sum's error.
- p as (i + 1/2) scale - 1/2 is off by ``3 u (|p| + 1)``, as all outputs of a row or column alike, unless the size is a
  power of two. Where p is the place of a pixel, what is computed may lie on either side of it, and then the neighbour
  on that side takes part.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.channels import SHARED
from harness.numerics.estimate import Estimate, Floats, Places
from harness.numerics.expressions import Expression, Tensor, widest
from harness.numerics.summation import accumulated
from harness.numerics.tensors import broadcast, reshaped
from harness.operators.layers.layer import Layer
from harness.operators.specification import Pair, Shape

PLACE_ROUNDINGS = 3
TERM_ROUNDINGS = 4


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
        if isinstance(self.interpolation, str):
            self.normalize("interpolation", self.interpolation.lower())
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
        down, across = (Neighbours.along(*axis) for axis in zip(x.shape[1:3], self.size, strict=True))
        return _between(x, down, across)


@dataclass(frozen=True)
class Neighbours:
    """What each output lies between, along one axis.

    Attributes:
        first: the pixel before, (outputs,); the border pixel where there is none.
        second: likewise the pixel behind.
        share: that of the second, (outputs,).
        beside: the pixel on the other side of an output that lies on its first; else its first.
        off: how far its place may be off, in unit roundoffs.
        pixels: of the input.
    """

    first: Places
    second: Places
    share: Floats
    beside: Places
    off: Floats
    pixels: int

    @classmethod
    def along(cls, pixels: int, size: int) -> "Neighbours":
        """Return those of every output of an axis."""
        place = (np.arange(pixels * size) + 0.5) / size - 0.5
        floor = np.floor(place)
        share = place - floor
        first, second, before = (np.clip(floor + step, 0, pixels - 1).astype(np.intp) for step in (0, 1, -1))
        exact = size & (size - 1) == 0
        off = np.zeros(len(place)) if exact else PLACE_ROUNDINGS * (np.abs(place) + 1)
        return cls(first, second, share, np.where(share == 0, before, first), off, pixels)

    @property
    def shares(self) -> Floats:
        """What each output takes of each pixel, (outputs, pixels)."""
        return self._placed((self.first, 1 - self.share), (self.second, self.share))

    @property
    def errors(self) -> Floats:
        """How far each of these may be off, in unit roundoffs."""
        # Between the border and itself nothing depends on the place.
        inside = np.where(self.first == self.second, 0.0, self.off)
        on_other_side = np.where(self.beside == self.first, 0.0, self.off)
        return self._placed(
            (self.first, np.maximum(inside, on_other_side)), (self.second, inside), (self.beside, on_other_side)
        )

    def _placed(self, *parts: tuple[Places, Floats]) -> Floats:
        placed = np.zeros((len(self.share), self.pixels))
        for pixel, part in parts:
            np.add.at(placed, (np.arange(len(pixel)), pixel), part)
        return placed


def _between(x: Expression, down: Neighbours, across: Neighbours) -> Expression:
    rows_first = _along(_along(x.estimate, 1, down, x.arithmetic), 2, across, x.arithmetic)
    columns_first = _along(_along(x.estimate, 2, across, x.arithmetic), 1, down, x.arithmetic)
    y = widest([rows_first, columns_first])
    return Tensor(y.value, (x,), y, (lambda dy: _handed_back(dy, down, across),))


def _along(x: Estimate, axis: int, neighbours: Neighbours, arithmetic: Arithmetic) -> Estimate:
    """Return images interpolated along one axis."""
    column = (-1, 1, 1) if axis == 1 else (-1, 1)
    share, off = neighbours.share.reshape(column), arithmetic.unit_roundoff * neighbours.off.reshape(column)
    pixels = neighbours.first, neighbours.second, neighbours.beside
    a, b, beside = (x.mapped(partial(np.take, indices=pixel, axis=axis)) for pixel in pixels)
    difference = np.abs(b.value - a.value)
    y = a.scaled(1 - share) + b.scaled(share)
    inner = Estimate.exact(y.value)
    as_difference = inner.off_by(Estimate.rounding(difference * share, 2, arithmetic))
    as_sum = inner.off_by(Estimate.rounding(a.value * (1 - share), 3, arithmetic))
    as_sum = as_sum.off_by(Estimate.rounding(b.value * share, 2, arithmetic))
    rounded = widest([as_difference, as_sum]).rounded(1, arithmetic)
    moved = off * np.maximum(difference, np.abs(a.value - beside.value))
    # An output on a pixel is that pixel, rounded by nobody.
    between = np.broadcast_to((share > 0) | (off > 0), y.shape)
    worst_case = np.where(between, rounded.worst_case, 0.0) + moved
    variance = np.where(between, rounded.variance, 0.0) + SHARED * np.square(moved) / 3
    return y.with_error(worst_case, variance)


def _handed_back(dy: Expression, down: Neighbours, across: Neighbours) -> Expression:
    """Return what outputs hand back to the pixels that they are made of."""
    estimate, arithmetic = dy.estimate, dy.arithmetic
    rows, columns, size = down.shares, across.shares, np.abs(estimate.value)
    value = _mixed(estimate.value, rows, columns)
    count = _mixed((size != 0).astype(np.float64), np.sign(rows), np.sign(columns))
    magnitude, square = _mixed(size, rows, columns), _mixed(np.square(size), np.square(rows), np.square(columns))
    unit = arithmetic.unit_roundoff
    terms = TERM_ROUNDINGS * unit
    underflow = count * arithmetic.smallest_normal
    dx = accumulated(value, magnitude, count, arithmetic)
    dx = dx.with_error(terms * magnitude + underflow, (terms**2 * square + np.square(underflow)) / 3)
    moved = unit * (_mixed(size, down.errors, columns) + _mixed(size, rows, across.errors))
    # All outputs of a row share its place, and those of all rows the scale.
    shared = unit * (
        _mixed(np.abs(_columns_mixed(estimate.value, columns)), down.errors, np.eye(across.pixels))
        + _mixed(np.abs(_rows_mixed(estimate.value, rows)), np.eye(down.pixels), across.errors)
    )
    dx = dx.with_error(moved, SHARED * np.square(shared) / 3)
    if not estimate.is_exact:
        worst_case = _mixed(estimate.worst_case, rows, columns)
        dx = dx.with_error(worst_case, _mixed(estimate.variance, np.square(rows), np.square(columns)))
    return Tensor(value, (dy,), dx, (lambda ddx: _between(ddx, down, across),))


def _mixed(dy: Floats, rows: Floats, columns: Floats) -> Floats:
    return _rows_mixed(_columns_mixed(dy, columns), rows)


def _rows_mixed(dy: Floats, rows: Floats) -> Floats:
    mixed: Floats = np.einsum("brwc,rh->bhwc", dy, rows)
    return mixed


def _columns_mixed(dy: Floats, columns: Floats) -> Floats:
    mixed: Floats = np.einsum("bhkc,kw->bhwc", dy, columns)
    return mixed
