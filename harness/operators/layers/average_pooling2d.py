"""AveragePooling2D: y = Σ x / m over the m elements of the window that lie inside the image.

The sum has the error of ``harness.numerics.summation`` with m terms. A division, or a product with 1 / m, rounds at
most twice: ``2 u |y|``; some divide before they add: one more u on every term.

dx adds up dy / m over the windows that see an element: two roundings of each share, then ``count - 1`` of the sum.
"""

from collections.abc import Mapping

import numpy as np

from harness.numerics import tensors
from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate, Floats
from harness.numerics.expressions import Expression
from harness.numerics.summation import accumulated, total
from harness.numerics.tensors import divided, elements
from harness.numerics.windows import Windows, windows_of
from harness.operators.layers._images import few_at_a_time
from harness.operators.layers._pooling2d import Pooling2D


class AveragePooling2D(Pooling2D):
    """The mean of each window.

    With ``same`` the mean is over the elements inside the image: the padding is left out.
    ``strides`` default to ``pool_size``.
    """

    def output(self, *x: Expression, **weights: Expression) -> Expression:
        """Return y, (batch, windows down, windows across, channels)."""
        windows = windows_of(self, self.pool_size, x[0].shape[1:3])
        return divided(tensors.total(elements(x[0], windows), (3, 4)), windows.inside)

    def forward(self, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic) -> tuple[Estimate, Windows]:
        """Return y (batch, windows down, windows across, channels) and the windows."""
        _, height, width, _ = x.shape
        windows = windows_of(self, self.pool_size, (height, width))
        return few_at_a_time(lambda images: _averages(images, windows, arithmetic), x[0].value.size, x), windows

    def backward(
        self, weights: Mapping[str, Estimate], windows: Windows, dy: Estimate, arithmetic: Arithmetic
    ) -> tuple[Estimate, Mapping[str, Estimate]]:
        """Return the gradient with respect to x (batch, height, width, channels), and no gradients of parameters."""
        if not windows.overlap:
            return _shared(dy, windows, arithmetic).mapped(lambda array: _gathered(array, windows)), {}
        elements = windows.down.size * windows.across.size * dy.shape[3]
        return few_at_a_time(lambda dy: _gradient(dy, windows, arithmetic), elements, dy), {}


def _averages(x: Estimate, windows: Windows, arithmetic: Arithmetic) -> Estimate:
    seen = x.mapped(windows.over)
    if windows.taps == 1:
        return seen.mapped(lambda array: array[:, :, :, 0, 0])
    return total(seen, (3, 4), arithmetic).scaled(1 / windows.inside).rounded(2, arithmetic)


def _gradient(dy: Estimate, windows: Windows, arithmetic: Arithmetic) -> Estimate:
    share = _shared(dy, windows, arithmetic)
    count = windows.seen if share.value.all() else _gathered((share.value != 0).astype(np.float64), windows)
    dx = accumulated(_gathered(share.value, windows), _gathered(np.abs(share.value), windows), count, arithmetic)
    return dx.with_error(_gathered(share.worst_case, windows), _gathered(share.variance, windows))


def _shared(dy: Estimate, windows: Windows, arithmetic: Arithmetic) -> Estimate:
    """Return what each element of a window receives, the shape of dy."""
    share = dy.scaled(1 / windows.inside)
    return share.rounded(2, arithmetic) if windows.taps > 1 else share


def _gathered(share: Floats, windows: Windows) -> Floats:
    return windows.gathered(lambda row, column: share, len(share), share.shape[3])
