"""The logarithm of a softmax, without the underflow of taking one after the other."""

import numpy as np

from harness.cases.problem import Array


def log_softmax(logits: Array) -> Array:
    """Return z_i - log sum_j exp(z_j) along the last axis, the shape and format of ``logits``."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_p: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return log_p
