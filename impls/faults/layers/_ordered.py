"""Elements written in one order of axes and read in another, in layers that only rearrange."""

from typing import Any

import numpy as np

from harness.cases.problem import Array
from harness.faults import Partial
from harness.faults.stages import LayerStage

IMAGE_AXES = "HWC"


def in_order(order: str) -> dict[str, Any]:
    """Return what a layer does that goes through an image's elements in another order of axes, there and back."""
    return {"output": Partial(_written, order=order), "input_gradient": Partial(gradient_read, order=order)}


def _written(stage: LayerStage, y: Array, order: str) -> Array:
    return stage.x.transpose(_places(order)).reshape(y.shape) if _is_image(stage.x) else y


def gradient_read(stage: LayerStage, dy: Array, dx: Array, order: str) -> Array:
    """Read the gradient's elements in another order of the image's axes."""
    if not _is_image(stage.x):
        return dx
    places = _places(order)
    return dy.reshape([stage.x.shape[place] for place in places]).transpose(np.argsort(places))


def _is_image(x: Array) -> bool:
    return x.ndim == 1 + len(IMAGE_AXES)


def _places(order: str) -> tuple[int, ...]:
    return (0, *(1 + IMAGE_AXES.index(axis) for axis in order))
