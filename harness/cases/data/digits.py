"""Real images: scikit-learn's handwritten digits, 1,797 of 8 × 8 pixels (Alpaydin and Kaynak, UCI repository)."""

import functools

import numpy as np

from harness.cases.data.data import Batch, Data, Numbers, Sizes, Weights, draw_weights
from harness.cases.data.stream import integers
from harness.errors import HarnessError
from harness.operators.losses import SparseCategoricalCrossentropy


class Digits(Data):
    """Images in sixteenths from 0 to 1, shape (8, 8, 1), with their digit as one of 10 classes."""

    def draw(self, seed: int, sizes: Sizes) -> tuple[tuple[Batch, ...], Weights]:
        if sizes.x[1:] != (8, 8, 1) or sizes.prediction[1:] != (10,):
            raise HarnessError(
                "digits expected a network from (8, 8, 1) to 10 classes, "
                f"got input {sizes.x[1:]} and prediction {sizes.prediction[1:]}."
            )
        pixels, labels = _images()
        batches = []
        for step in range(1, sizes.steps + 1):
            chosen = integers(seed, f"digits/{step}", sizes.x[:1], 0, len(labels) - 1)
            classes = labels[chosen].astype(np.int64)
            sparse = isinstance(sizes.loss, SparseCategoricalCrossentropy)
            y: Numbers = classes if sparse else np.eye(10)[classes]
            batches.append((pixels[chosen].reshape(sizes.x) / 16.0, y))
        return tuple(batches), draw_weights(seed, sizes.weights)


@functools.cache
def _images() -> tuple[Numbers, Numbers]:
    """Return all pixels (1797, 64), from 0 to 16, and the digits (1797,), which takes a tenth of a second."""
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise HarnessError("cases on real digits need scikit-learn: pip install 'nn-harness[test]'") from error
    pixels, labels = load_digits(return_X_y=True)
    pixels.flags.writeable = labels.flags.writeable = False
    return pixels, labels
