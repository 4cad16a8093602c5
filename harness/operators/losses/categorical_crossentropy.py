"""categorical_crossentropy: mean over samples of -sum_i y_i log p_i, the probabilities first divided by their sum."""

from harness.operators.losses.loss import Loss


class CategoricalCrossentropy(Loss):
    """Mean over samples of -sum_i y_i log p_i, the probabilities first divided by their sum.

    Args:
        from_logits: the predictions are the input of a softmax, not its output. With False the probabilities
            themselves count, clipped to [epsilon, 1 - epsilon] with epsilon = 1e-7 in the working precision, even
            where Keras could look behind a softmax layer: a case says which of the two it means.
    """

    from_logits: bool = False
