"""MaxPooling2D: the largest element of each window; choosing rounds nothing.

The maximum moves by at most the largest error in its window. Where elements are inexact, each that may reach the
winner, in the worst case or within REACH standard deviations, may have won instead: dy may be missing at the winner,
and may have gone to it.

dx adds up the windows an element wins: exact for one, ``count - 1`` roundings for more.
"""

from collections.abc import Mapping

import numpy as np

from harness.layers import MaxPooling2D
from harness.verdict.arithmetic import Arithmetic
from harness.verdict.estimate import Estimate, Flags, Floats, Places
from harness.verdict.summation import accumulated
from harness.verdict.windows import Windows, windows_of

Cache = tuple[Windows, Estimate]


def forward(
    layer: MaxPooling2D, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic
) -> tuple[Estimate, Cache]:
    """Return y (batch, windows down, windows across, channels), and the cache."""
    _, height, width, _ = x.shape
    windows = windows_of(layer, layer.pool_size, (height, width))
    value = windows.over(x.value, -np.inf).max(axis=(3, 4))
    if x.is_exact:
        return Estimate.exact(value), (windows, x)
    return Estimate(value, windows.over(x.det).max(axis=(3, 4)), windows.over(x.var).max(axis=(3, 4))), (windows, x)


def backward(
    layer: MaxPooling2D, weights: Mapping[str, Estimate], cache: Cache, dy: Estimate, arithmetic: Arithmetic
) -> tuple[Estimate, Mapping[str, Estimate]]:
    """Return the gradient with respect to x (batch, height, width, channels), and no gradients of parameters.

    Ties go to the first maximum in row-major order.
    """
    windows, x = cache
    seen = _elements(windows.over(x.value, -np.inf))
    first = seen.argmax(axis=3)[:, :, :, None]
    won = np.arange(windows.taps).reshape(-1, 1) == first

    def scattered(parts: Floats) -> Floats:
        return windows.scattered(parts.reshape(*parts.shape[:3], windows.down.taps, windows.across.taps, -1))

    each = dy.value[:, :, :, None]
    count = scattered(won & (each != 0))
    dx = accumulated(scattered(won * each), scattered(won * np.abs(each)), count, arithmetic)
    if x.is_exact and dy.is_exact:
        return dx, {}
    det, var = (part[:, :, :, None] for part in (dy.det, dy.var))
    worst, likely = (_may_have_won(windows, seen, first, width) for width in x.reach)
    inherited_det = np.where(worst, np.abs(each) + det, won * det)
    inherited_var = np.where(likely, np.square(each) + var, won * var)
    return Estimate(dx.value, dx.det + scattered(inherited_det), dx.var + scattered(inherited_var)), {}


def _elements(view: Floats) -> Floats:
    """Return windows with their elements along one axis, (batch, windows down, across, taps, channels)."""
    return view.reshape(*view.shape[:3], -1, view.shape[5])


def _may_have_won(windows: Windows, seen: Floats, first: Places, width: Floats) -> Flags:
    """Return which elements are in question: those that may reach the winner, and the winner where there are any."""
    reach = _elements(windows.over(width))
    reach = reach + np.take_along_axis(reach, first, axis=3)
    winner = np.take_along_axis(seen, first, axis=3)
    near = (winner - seen <= reach) & (reach > 0) & np.isfinite(seen)
    result: Flags = near & (near.sum(axis=3, keepdims=True) > 1)
    return result
