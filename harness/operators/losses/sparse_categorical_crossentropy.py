"""sparse_categorical_crossentropy: mean over samples of -log p_y with y the class as an integer."""

from harness.operators.losses.loss import Loss


class SparseCategoricalCrossentropy(Loss):
    """Mean over samples of -log p_y with y the class as an integer.

    Args:
        from_logits: the predictions are the input of a softmax, not its output. With False the probabilities
            themselves count, clipped to [epsilon, 1 - epsilon] with epsilon = 1e-7 in the working precision, even
            where Keras could look behind a softmax layer: a case says which of the two it means.
    """

    from_logits: bool = False
