"""softmax: y_i = exp(x_i) / sum_j exp(x_j) along the last axis."""

from harness.operators.activations.activation import Activation


class Softmax(Activation):
    """``y_i = exp(x_i) / sum_j exp(x_j) along the last axis``."""

    sums_to_one = True
