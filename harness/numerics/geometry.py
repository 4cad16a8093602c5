"""Where windows go: output sizes and the padding of ``same``, as TensorFlow defines them.

Source: https://www.tensorflow.org/api_docs/python/tf/nn, "Notes on padding".
"""

from harness.errors import SpecificationError


def window_count(size: int, window: int, stride: int, padding: str, dilation: int = 1) -> int:
    """Return how many windows fit along one axis; 0 or less when the window is larger than the input."""
    if padding == "same":
        return -(-size // stride)
    return (size - (window - 1) * dilation - 1) // stride + 1


def same_padding(size: int, window: int, stride: int, dilation: int = 1) -> tuple[int, int]:
    """Return the zeros ``same`` adds before and after along one axis; the odd one comes after."""
    reach = (window - 1) * dilation + 1
    total = max((window_count(size, window, stride, "same") - 1) * stride + reach - size, 0)
    return total // 2, total - total // 2


def padding_amounts(size: int, window: int, stride: int, padding: str, dilation: int = 1) -> tuple[int, int]:
    """Return what is added before and after along one axis for ``valid`` (nothing) or ``same``."""
    return same_padding(size, window, stride, dilation) if padding == "same" else (0, 0)


def windows_over(
    kind: str,
    image: tuple[int, ...],
    window: tuple[int, int],
    strides: tuple[int, int],
    padding: str,
    dilation: tuple[int, int] = (1, 1),
) -> tuple[int, int]:
    """Return ``(out_height, out_width)`` or raise SpecificationError when no window fits.

    ``kind`` names the layer in the message; ``image`` is ``(height, width, channels)``.
    """
    rows, columns = (window_count(image[axis], window[axis], strides[axis], padding, dilation[axis]) for axis in (0, 1))
    if rows < 1 or columns < 1:
        dilated = f" with dilation_rate={dilation}" if dilation != (1, 1) else ""
        raise SpecificationError(
            f"{kind} expected a window no larger than its input {image[:2]} with padding='valid', "
            f"got {window}{dilated}. Use a smaller window or padding='same'."
        )
    return rows, columns
