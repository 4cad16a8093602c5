"""The bias gradient of convolutions: what each channel adds up to."""

import numpy as np

from harness.cases.problem import Array


def channel_sums(dy: Array) -> Array:
    """Return the sum of dy (batch, height, width, channels) over everything but its channels, (channels,)."""
    each = dy.reshape(-1, dy.shape[-1])
    # A product with ones is several times faster than a sum along the first axis.
    sums: Array = np.ones(len(each), dy.dtype) @ each
    return sums
