"""MaxPooling2D: the largest element of each window; choosing rounds nothing.

The maximum moves by at most the largest error in its window. Where elements are inexact, each that may reach the
winner, in the worst case or within REACH standard deviations, may have won instead: dy may be missing at the winner,
and may have gone to it.

dx adds up the windows an element wins: exact for one, ``count - 1`` roundings for more.
"""

from collections.abc import Mapping

import numpy as np

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate, Flags, Floats, Places
from harness.numerics.summation import accumulated
from harness.numerics.windows import Windows, windows_of
from harness.operators.layers._images import few_at_a_time
from harness.operators.layers._pooling2d import Pooling2D

Cache = tuple[Windows, Estimate]


class MaxPooling2D(Pooling2D):
    """The largest element of each window.

    Ties go to the first maximum in row-major order; ``same`` pads with minus infinity.
    ``strides`` default to ``pool_size``.
    """

    takes_maximum = True

    def forward(self, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic) -> tuple[Estimate, Cache]:
        """Return y (batch, windows down, windows across, channels), and the cache."""
        _, height, width, _ = x.shape
        windows = windows_of(self, self.pool_size, (height, width))
        if x.is_exact:
            return Estimate.exact(_largest(x.value, windows, -np.inf)), (windows, x)
        value, worst_case, variance = (
            _largest(x.value, windows, -np.inf),
            _largest(x.worst_case, windows, 0.0),
            _largest(x.variance, windows, 0.0),
        )
        return Estimate(value, worst_case, variance), (windows, x)

    def backward(
        self, weights: Mapping[str, Estimate], cache: Cache, dy: Estimate, arithmetic: Arithmetic
    ) -> tuple[Estimate, Mapping[str, Estimate]]:
        """Return the gradient with respect to x (batch, height, width, channels), and no gradients of parameters.

        Ties go to the first maximum in row-major order.
        """
        windows, x = cache
        return few_at_a_time(lambda x, dy: _gradient(windows, x, dy, arithmetic), x[0].value.size, x, dy), {}


def _largest(x: Floats, windows: Windows, outside: float) -> Floats:
    padded = windows.padded(x, outside)
    largest = windows.tap(padded, 0, 0).copy()
    for row, column in np.ndindex(windows.down.taps, windows.across.taps):
        np.maximum(largest, windows.tap(padded, row, column), out=largest)
    return largest


def _gradient(windows: Windows, x: Estimate, dy: Estimate, arithmetic: Arithmetic) -> Estimate:
    first = _winners(x.value, windows)

    def scattered(given: Floats) -> Floats:
        """Return what each pixel receives that wins."""
        return windows.gathered(
            lambda row, column: given * (first == row * windows.across.taps + column), len(given), given.shape[3]
        )

    if not windows.overlap:
        dx = Estimate.exact(scattered(dy.value))
    else:
        count = scattered((dy.value != 0).astype(np.float64))
        dx = accumulated(scattered(dy.value), scattered(np.abs(dy.value)), count, arithmetic)
    if x.is_exact:
        return dx if dy.is_exact else dx.with_error(scattered(dy.worst_case), scattered(dy.variance))
    each, worst_case, variance = (part[:, :, :, None] for part in (dy.value, dy.worst_case, dy.variance))
    seen, place = _elements(windows.over(x.value, -np.inf)), first[:, :, :, None]
    won = np.arange(windows.taps).reshape(-1, 1) == place
    worst, likely = (_may_have_won(windows, seen, place, width) for width in x.reach)
    inherited_worst_case = np.where(worst, np.abs(each) + worst_case, won * worst_case)
    inherited_variance = np.where(likely, np.square(each) + variance, won * variance)

    def scattered_elements(parts: Floats) -> Floats:
        return windows.scattered(parts.reshape(*parts.shape[:3], windows.down.taps, windows.across.taps, -1))

    return dx.with_error(scattered_elements(inherited_worst_case), scattered_elements(inherited_variance))


def _winners(x: Floats, windows: Windows) -> Places:
    """Return which element of each window is its first maximum, (batch, windows down, across, channels)."""
    padded = windows.padded(x, -np.inf)
    largest = windows.tap(padded, 0, 0).copy()
    winner = np.zeros(largest.shape, np.intp)
    for number, (row, column) in enumerate(np.ndindex(windows.down.taps, windows.across.taps)):
        challenger = windows.tap(padded, row, column)
        winner[challenger > largest] = number
        np.maximum(largest, challenger, out=largest)
    return winner


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
