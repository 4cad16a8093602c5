"""Arguments of layers for implementations that take fewer numbers: one for both axes, or for both sides."""

from typing import Any

from harness.errors import Unsupported
from harness.layerwise.tracked import untracked
from harness.numerics.geometry import padding_amounts
from harness.operators.specification import Shape


def symmetric_padding(layer: Any, input_shape: Shape) -> tuple[int, int]:
    """Return the zeros on each side, ``(above and below, left and right)``, that give the layer's ``padding``.

    Args:
        layer: a convolution or pooling.
        input_shape: ``(height, width, channels)``.

    Raises:
        Unsupported: Keras adds another number before than after.
    """
    window = getattr(layer, untracked(layer).window)
    # Who asks for the padding has not asked for the dilation.
    dilation = getattr(untracked(layer), "dilation_rate", (1, 1))
    amounts = [
        padding_amounts(input_shape[axis], window[axis], layer.strides[axis], layer.padding, dilation[axis])
        for axis in (0, 1)
    ]
    if any(before != after for before, after in amounts):
        raise Unsupported(f"padding='same' adds {amounts} here, which is not symmetric")
    return amounts[0][0], amounts[1][0]


def one_number(pair: tuple[int, int]) -> int:
    """Return what is the same for both axes, such as a stride.

    Raises:
        Unsupported: it is not the same.
    """
    if pair[0] != pair[1]:
        raise Unsupported(f"{pair} is not the same along both axes")
    return pair[0]
