"""Convolution and its two gradients, of which dense, depthwise and transposed layers are other uses.

Images are (batch, height, width, channels), kernels (height, width, channels of a group, filters). Places over the
padding are left out. Pairs are for height and width.
"""

from typing import Any, NamedTuple

from numba import njit


class Geometry(NamedTuple):
    """How windows lie over an image.

    Attributes:
        strides: from one window to the next.
        before: padding above and to the left.
        dilation: from one place of a window to the next.
        groups: of channels and filters.
    """

    strides: tuple[int, int]
    before: tuple[int, int]
    dilation: tuple[int, int] = (1, 1)
    groups: int = 1


@njit  # type: ignore[untyped-decorator]
def correlate(x: Any, kernel: Any, y: Any, geometry: Any) -> Any:
    """Fill y with the sum of products of each window and the kernel."""
    channels, per_group = kernel.shape[2], kernel.shape[3] // geometry.groups
    for sample in range(y.shape[0]):
        for i in range(y.shape[1]):
            for j in range(y.shape[2]):
                for filter_ in range(y.shape[3]):
                    first = filter_ // per_group * channels
                    total = 0.0
                    for u in range(kernel.shape[0]):
                        row = i * geometry.strides[0] - geometry.before[0] + u * geometry.dilation[0]
                        for v in range(kernel.shape[1]):
                            column = j * geometry.strides[1] - geometry.before[1] + v * geometry.dilation[1]
                            if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
                                for channel in range(channels):
                                    pixel = float(x[sample, row, column, first + channel])
                                    total += pixel * kernel[u, v, channel, filter_]
                    y[sample, i, j, filter_] = total


@njit  # type: ignore[untyped-decorator]
def spread(y: Any, kernel: Any, x: Any, geometry: Any) -> Any:
    """Add to x, of float64, each y times the kernel on the window that y comes from."""
    channels, per_group = kernel.shape[2], kernel.shape[3] // geometry.groups
    for sample in range(y.shape[0]):
        for i in range(y.shape[1]):
            for j in range(y.shape[2]):
                for filter_ in range(y.shape[3]):
                    first = filter_ // per_group * channels
                    value = float(y[sample, i, j, filter_])
                    for u in range(kernel.shape[0]):
                        row = i * geometry.strides[0] - geometry.before[0] + u * geometry.dilation[0]
                        for v in range(kernel.shape[1]):
                            column = j * geometry.strides[1] - geometry.before[1] + v * geometry.dilation[1]
                            if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
                                for channel in range(channels):
                                    x[sample, row, column, first + channel] += value * kernel[u, v, channel, filter_]


@njit  # type: ignore[untyped-decorator]
def gather(x: Any, y: Any, kernel: Any, geometry: Any) -> Any:
    """Add to the kernel, of float64, each y times the window that it comes from."""
    channels, per_group = kernel.shape[2], kernel.shape[3] // geometry.groups
    for sample in range(y.shape[0]):
        for i in range(y.shape[1]):
            for j in range(y.shape[2]):
                for filter_ in range(y.shape[3]):
                    first = filter_ // per_group * channels
                    value = float(y[sample, i, j, filter_])
                    for u in range(kernel.shape[0]):
                        row = i * geometry.strides[0] - geometry.before[0] + u * geometry.dilation[0]
                        for v in range(kernel.shape[1]):
                            column = j * geometry.strides[1] - geometry.before[1] + v * geometry.dilation[1]
                            if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
                                for channel in range(channels):
                                    kernel[u, v, channel, filter_] += value * x[sample, row, column, first + channel]
