"""ZeroPadding2D: zeros in the wrong place."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LayerStage
from harness.operators.layers import ZeroPadding2D
from harness.operators.specification import Specification
from impls.faults._places import BACKWARD, FORWARD
from impls.faults.layers._shaped import ShapedRule


@dataclass(frozen=True)
class ZeroPadding2DRule(ShapedRule):
    """Zero padding with knobs."""

    operator: ClassVar[type[Specification]] = ZeroPadding2D


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
    Fault(
        "zero-padding2d-sides-exchanged", ZeroPadding2DRule(output=sides_exchanged), FORWARD,
        "Top and bottom, left and right are exchanged.", "padding is ((top, bottom), (left, right)).",
    ),
    Fault(
        "zero-padding2d-axes-exchanged", ZeroPadding2DRule(output=axes_exchanged), FORWARD,
        "Rows and columns of the padding are exchanged.", "padding is ((top, bottom), (left, right)).", census=6,
    ),
    Fault(
        "zero-padding2d-edges-repeated", ZeroPadding2DRule(output=edges_repeated), FORWARD,
        "The padding repeats the image's edge.", "Pad with zeros: mode='constant'.",
    ),
    Fault(
        "zero-padding2d-gradient-cropped-from-corner", ZeroPadding2DRule(input_gradient=cropped_from_the_corner),
        BACKWARD, "The padding is cut off the gradient at the end only.",
        "Cut on the side where padding was added; [pad:-pad] is empty for pad 0.", census=8,
        source="PyDeepFlow#84, singa#126",
    ),
)  # fmt: skip
