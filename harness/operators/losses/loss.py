"""What every loss specification is."""

from harness.operators.specification import Specification


class Loss(Specification):
    """A loss with Keras's name, arguments and defaults, averaged as ``sum_over_batch_size`` does."""
