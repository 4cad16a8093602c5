"""binary_crossentropy: mean over samples and outputs of -y log p - (1 - y) log(1 - p)."""

from harness.operators.losses.loss import Loss


class BinaryCrossentropy(Loss):
    """Mean over samples and outputs of -y log p - (1 - y) log(1 - p).

    Args:
        from_logits: the predictions are the input of a sigmoid, not its output. With False the probabilities
            themselves count, clipped to [epsilon, 1 - epsilon] with epsilon = 1e-7 in the working precision, even
            where Keras could look behind a sigmoid layer: a case says which of the two it means.
    """

    from_logits: bool = False
