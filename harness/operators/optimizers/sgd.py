"""sgd: Stochastic gradient descent, as Keras defines it."""

from harness.operators.optimizers.optimizer import Optimizer


class SGD(Optimizer):
    """Stochastic gradient descent.

    Without momentum ``w - learning_rate * g``; with it ``v = momentum * v - learning_rate * g`` and ``w + v``, or
    ``w + momentum * v - learning_rate * g`` where ``nesterov``.
    """

    learning_rate: float = 0.01
    momentum: float = 0.0
    nesterov: bool = False

    @property
    def plain_rate(self) -> float | None:
        return None if self.momentum else self.learning_rate

    def __post_init__(self) -> None:
        self.normalize_numbers("learning_rate", "momentum")
