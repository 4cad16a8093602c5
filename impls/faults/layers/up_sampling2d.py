"""UpSampling2D: what goes wrong between pixels, and where gradients of copies meet."""

import math
from collections.abc import Callable

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault, Partial
from harness.faults.stages import LayerStage
from harness.operators.layers.up_sampling2d import UpSampling2D
from impls.faults._places import BACKWARD, FORWARD

# From how many pixels there are and how many each becomes, to where the new ones lie among the old.
Places = Callable[[int, int], Array]


def tiled(stage: LayerStage, y: Array) -> Array:
    """Repeat the whole image."""
    copies: Array = np.tile(stage.x, (1, *stage.layer.size, 1))
    return copies if stage.layer.interpolation == "nearest" else y


def mean_of_copies(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Take the mean of the copies' gradients."""
    return np.asarray(dx / np.asarray(math.prod(stage.layer.size), dx.dtype))


def first_copy(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Take the gradient of the first copy."""
    down, across = stage.layer.size
    first: Array = dy[:, ::down, ::across].copy()
    return first if stage.layer.interpolation == "nearest" else dx


def interpolated(stage: LayerStage, y: Array, places: Places, faded: bool = False) -> Array:
    """Interpolate at other places; where ``faded`` says so, between the border and zeros beyond it."""
    if stage.layer.interpolation != "bilinear":
        return y
    x: Array = stage.x
    for axis, size in zip((1, 2), stage.layer.size, strict=True):
        pixels = x.shape[axis]
        place = places(pixels, size)
        place = place if faded else np.clip(place, 0, pixels - 1)
        shares = np.maximum(1 - np.abs(place[:, np.newaxis] - np.arange(pixels)), 0).astype(x.dtype)
        x = np.moveaxis(np.moveaxis(x, axis, -1) @ shares.T, -1, axis)
    return x


def corners_aligned(pixels: int, size: int) -> Array:
    """Return places that put the corners of both images on one another."""
    return np.asarray(np.arange(pixels * size) * (pixels - 1) / max(pixels * size - 1, 1))


def without_half_pixels(pixels: int, size: int) -> Array:
    """Return places that count from corners of pixels."""
    return np.asarray(np.arange(pixels * size) / size)


def of_middles(pixels: int, size: int) -> Array:
    """Return the right places."""
    return np.asarray((np.arange(pixels * size) + 0.5) / size - 0.5)


FAULTS = (
    Fault("up-sampling2d-tiled", on=UpSampling2D, output=tiled, moves=FORWARD,
        explanation="The whole image is repeated beside itself.", hint="Repeat each pixel: np.repeat, not np.tile."),
    Fault("up-sampling2d-gradient-mean", on=UpSampling2D, input_gradient=mean_of_copies, moves=BACKWARD,
        explanation="A pixel gets the mean of its copies' gradients.", hint="Add them up."),
    Fault("up-sampling2d-gradient-first-copy", on=UpSampling2D, input_gradient=first_copy, moves=BACKWARD,
        explanation="A pixel gets the gradient of its first copy only.", hint="Add up those of all copies."),
    Fault("up-sampling2d-corners-aligned", on=UpSampling2D, output=Partial(interpolated, places=corners_aligned),
        moves=FORWARD, explanation="The corners of both images lie on one another: align_corners=True.",
        hint="Output i lies at (i + 1/2) / size - 1/2 of the input."),
    Fault("up-sampling2d-without-half-pixels", on=UpSampling2D,
        output=Partial(interpolated, places=without_half_pixels), moves=FORWARD,
        explanation="Output i lies at i / size, as in TensorFlow 1.",
        hint="Middles of pixels count: (i + 1/2) / size - 1/2."),
    Fault("up-sampling2d-zeros-beyond", on=UpSampling2D, output=Partial(interpolated, places=of_middles, faded=True),
        moves=FORWARD, explanation="Beyond the border there are zeros, so that the border fades.",
        hint="Beyond the border lies the border pixel."),
)  # fmt: skip
