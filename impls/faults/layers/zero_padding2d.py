"""ZeroPadding2D: zeros in the wrong place."""

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LayerStage
from harness.operators.layers import ZeroPadding2D
from impls.faults._places import BACKWARD, FORWARD


def sides_exchanged(stage: LayerStage, y: Array) -> Array:
    """Put below what belongs above, and right what belongs left."""
    rows, columns = stage.layer.padding
    return np.pad(stage.x, ((0, 0), rows[::-1], columns[::-1], (0, 0)))


def axes_exchanged(stage: LayerStage, y: Array) -> Array:
    """Put beside the image what belongs above and below it."""
    rows, columns = stage.layer.padding
    return np.pad(stage.x, ((0, 0), columns, rows, (0, 0)))


def edges_repeated(stage: LayerStage, y: Array) -> Array:
    """Repeat the image's edge."""
    return np.pad(stage.x, ((0, 0), *stage.layer.padding, (0, 0)), mode="edge")


def cropped_from_the_corner(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Cut the image out from the corner."""
    return dy[:, : stage.x.shape[1], : stage.x.shape[2]]


FAULTS = (
    Fault("zero-padding2d-sides-exchanged", on=ZeroPadding2D, output=sides_exchanged, moves=FORWARD,
        explanation="Top and bottom, left and right are exchanged.", hint="padding is ((top, bottom), (left, right))."),
    Fault("zero-padding2d-axes-exchanged", on=ZeroPadding2D, output=axes_exchanged, moves=FORWARD, census=6,
        explanation="Rows and columns of the padding are exchanged.",
        hint="padding is ((top, bottom), (left, right))."),
    Fault("zero-padding2d-edges-repeated", on=ZeroPadding2D, output=edges_repeated, moves=FORWARD,
        explanation="The padding repeats the image's edge.", hint="Pad with zeros: mode='constant'."),
    Fault("zero-padding2d-gradient-cropped-from-corner", on=ZeroPadding2D, input_gradient=cropped_from_the_corner,
        moves=BACKWARD, census=8,
        explanation="The padding is cut off the gradient at the end only.",
        hint="Cut on the side where padding was added; [pad:-pad] is empty for pad 0.",
        source="PyDeepFlow#84, singa#126"),
)  # fmt: skip
