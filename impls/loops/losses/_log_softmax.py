"""The logarithm of a softmax, without the underflow of taking one after the other."""

import math


def log_softmax(logits: list[float]) -> list[float]:
    """Return z_i - log sum_j exp(z_j) for each z_i of the row."""
    largest = max(logits)
    log_of_sum = math.log(sum(math.exp(z - largest) for z in logits))
    return [z - largest - log_of_sum for z in logits]
