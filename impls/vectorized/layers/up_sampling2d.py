"""UpSampling2D: each pixel repeated, or, bilinear, a product with a matrix of shares along rows and along columns."""

from collections.abc import Mapping

import numpy as np

from harness.cases.problem import Array
from harness.operators.layers.up_sampling2d import UpSampling2D

Shares = tuple[Array, Array]


def forward(layer: UpSampling2D, weights: Mapping[str, Array], x: Array) -> tuple[Array, Shares | None]:
    """Return y (batch, height * size, width * size, channels) and the shares, None where pixels are repeated."""
    down, across = layer.size
    if layer.interpolation == "nearest":
        return x.repeat(down, axis=1).repeat(across, axis=2), None
    shares = _shares(x.shape[1], down, x.dtype), _shares(x.shape[2], across, x.dtype)
    return _along_both(x, *shares), shares


def backward(
    layer: UpSampling2D, weights: Mapping[str, Array], shares: Shares | None, dy: Array
) -> tuple[Array, Mapping[str, Array]]:
    """Return the gradient with respect to x (batch, height, width, channels), and none for parameters."""
    if shares is not None:
        return _along_both(dy, shares[0].T, shares[1].T), {}
    batch, height, width, channels = dy.shape
    down, across = layer.size
    blocks = dy.reshape(batch, height // down, down, width // across, across, channels)
    return blocks.sum(axis=(2, 4)), {}


def _along_both(images: Array, rows: Array, columns: Array) -> Array:
    """Return images with their rows and columns mixed by matrices (new, old)."""
    batch, height, width, channels = images.shape
    mixed = rows @ images.reshape(batch, height, width * channels)
    both: Array = columns @ mixed.reshape(batch, -1, width, channels)
    return both


def _shares(pixels: int, size: int, dtype: "np.dtype[np.generic]") -> Array:
    """Return what each output pixel takes of each pixel along one axis, (pixels * size, pixels)."""
    outputs = np.arange(pixels * size)
    # Where the middle of each lies; beyond the first and the last pixel there are these.
    places = np.clip((outputs + 0.5) / size - 0.5, 0, pixels - 1)
    shares: Array = np.maximum(1 - np.abs(places[:, np.newaxis] - np.arange(pixels)), 0).astype(dtype)
    return shares
