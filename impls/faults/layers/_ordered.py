"""Elements written in one order of axes and read in another, for layers that only rearrange."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.cases.problem import Array
from harness.faults.stages import LayerStage
from impls.faults.layers._shaped import ShapedRule

IMAGE_AXES = "HWC"


@dataclass(frozen=True)
class OrderedRule(ShapedRule):
    """A layer whose output has the input's elements in their order, row-major.

    Attributes:
        order: the order of the image's axes in which its elements are written, forward and backward.
        backward_order: the order in which the gradient's elements are read, where that differs.
    """

    order: str = IMAGE_AXES
    backward_order: str = ""

    def forward(self, stage: LayerStage, y: Array) -> Array:
        if not _is_image(stage.x):
            return y
        return np.asarray(stage.x.transpose(_places(self.order)).reshape(y.shape))

    def backward(
        self, stage: LayerStage, dy: Array, dx: Any, gradients: Mapping[str, Array]
    ) -> tuple[Any, Mapping[str, Array]]:
        if not _is_image(stage.x):
            return dx, gradients
        places = _places(self.backward_order or self.order)
        written = dy.reshape([stage.x.shape[place] for place in places])
        return written.transpose(np.argsort(places)), gradients


def _is_image(x: Array) -> bool:
    return x.ndim == 1 + len(IMAGE_AXES)


def _places(order: str) -> tuple[int, ...]:
    return (0, *(1 + IMAGE_AXES.index(axis) for axis in order))
