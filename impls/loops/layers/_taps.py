"""Which elements of an image a window looks at, along one axis."""

from harness.numerics.geometry import padding_amounts, window_count

Taps = list[list[tuple[int, int]]]


def taps(size: int, window: int, stride: int, padding: str, dilation: int = 1) -> Taps:
    """Return, for each window, pairs of a place inside the window and the place in the image that lies under it.

    Places over the padding are left out: a zero adds nothing to a sum, and minus infinity is no maximum.

    Args:
        size: of the image.
        window: size of the window, without its gaps.
        stride: from the start of one window to that of the next.
        padding: ``valid`` or ``same``.
        dilation: from one place of the window to the next.
    """
    before, _ = padding_amounts(size, window, stride, padding, dilation)
    windows = []
    for number in range(window_count(size, window, stride, padding, dilation)):
        start = number * stride - before
        under = [(place, start + place * dilation) for place in range(window)]
        windows.append([(place, pixel) for place, pixel in under if 0 <= pixel < size])
    return windows
