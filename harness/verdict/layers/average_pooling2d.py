"""AveragePooling2D: y = Σ x / m over the m elements of the window that lie inside the image.

The sum has the error of ``harness.verdict.summation`` with m terms. A division, or a product with 1 / m, rounds at
most twice: ``2 u |y|``; some divide before they add: one more u on every term.

dx adds up dy / m over the windows that see an element: two roundings of each share, then ``count - 1`` of the sum.
"""

from collections.abc import Mapping

import numpy as np

from harness.layers import AveragePooling2D
from harness.verdict.arithmetic import Arithmetic
from harness.verdict.estimate import Estimate, Floats
from harness.verdict.summation import accumulated, total
from harness.verdict.windows import Windows, windows_of


def forward(
    layer: AveragePooling2D, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic
) -> tuple[Estimate, Windows]:
    """Return y (batch, windows down, windows across, channels) and the windows."""
    _, height, width, _ = x.shape
    windows = windows_of(layer, layer.pool_size, (height, width))
    seen = x.mapped(windows.over)
    if windows.taps == 1:
        return seen.mapped(lambda array: array[:, :, :, 0, 0]), windows
    return total(seen, (3, 4), arithmetic).scaled(1 / windows.inside).rounded(2, arithmetic), windows


def backward(
    layer: AveragePooling2D, weights: Mapping[str, Estimate], windows: Windows, dy: Estimate, arithmetic: Arithmetic
) -> tuple[Estimate, Mapping[str, Estimate]]:
    """Return the gradient with respect to x (batch, height, width, channels), and no gradients of parameters."""

    def scattered(share: Floats) -> Floats:
        taps = windows.down.taps, windows.across.taps
        each = share[:, :, :, None, None]
        return windows.scattered(np.broadcast_to(each, (*share.shape[:3], *taps, share.shape[3])))

    share = dy.scaled(1 / windows.inside)
    if windows.taps > 1:
        share = share.rounded(2, arithmetic)
    count = scattered((share.value != 0).astype(np.float64))
    dx = accumulated(scattered(share.value), scattered(np.abs(share.value)), count, arithmetic)
    return Estimate(dx.value, dx.det + scattered(share.det), dx.var + scattered(share.var)), {}
