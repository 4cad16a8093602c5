"""The plain rule of the first version: how far from Keras is too far. To be replaced by a derived one.

Each number is the largest distance from float64 Keras, relative to the largest element of the tensor, that correct
implementations were seen to reach over the default cases (rounded up to a power of ten, times ten for room).
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

# float32 carries 6e-8 per rounding; sums of up to a few hundred products, and what follows from them, grow it.
FLOAT32: Mapping[str, float] = {
    "forward": 1e-4,
    "loss": 1e-4,
    "backward": 1e-3,
    "gradient": 1e-3,
    "update": 1e-3,
}
# float64 carries 1e-16; Keras keeps the constants of some activations and optimizers in float32 even there (6e-8).
FLOAT64: Mapping[str, float] = {
    "forward": 1e-6,
    "loss": 1e-6,
    "backward": 1e-6,
    "gradient": 1e-6,
    "update": 1e-5,
}
RULES: Mapping[str, Mapping[str, float]] = {"float32": FLOAT32, "float64": FLOAT64}


def allowed(dtype: str, kind: str, expected: NDArray[np.float64]) -> float:
    """Return the largest distance from ``expected`` that this kind of observable may have in this format."""
    finite = expected[np.isfinite(expected)]
    scale = float(np.max(np.abs(finite), initial=0.0))
    return RULES[dtype][kind] * scale + float(np.finfo(dtype).tiny)
