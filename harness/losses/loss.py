"""What every loss specification answers: the shape of its targets."""

from harness.specification import Shape, Specification


class Loss(Specification):
    """A loss with Keras's name, arguments and defaults, averaged as ``sum_over_batch_size`` does."""

    def target_shape(self, prediction: Shape) -> Shape:
        """Return the shape of one sample's target, given the shape of its prediction."""
        return prediction
