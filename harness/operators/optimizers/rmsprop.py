"""rmsprop: RMSprop, as Keras defines it."""

from harness.operators.optimizers.optimizer import Optimizer


class RMSprop(Optimizer):
    """RMSprop.

    ``v = rho * v + (1 - rho) g²``, step ``learning_rate * g / sqrt(v + epsilon)``: the epsilon is inside the root.
    Centered subtracts the square of the mean gradient ``a = rho * a + (1 - rho) g`` from v in the root. With momentum
    ``m = momentum * m + step`` is taken off, else the step itself.
    """

    learning_rate: float = 0.001
    rho: float = 0.9
    momentum: float = 0.0
    epsilon: float = 1e-7
    centered: bool = False

    def __post_init__(self) -> None:
        self.normalize_numbers("learning_rate", "rho", "momentum", "epsilon")
