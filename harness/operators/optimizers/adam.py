"""adam: Adam, as Keras defines it."""

from harness.operators.optimizers.optimizer import Optimizer


class Adam(Optimizer):
    """Adam.

    ``m += (1 - beta_1)(g - m)``, ``v += (1 - beta_2)(g² - v)``, then
    ``w -= m * learning_rate * sqrt(1 - beta_2^k) / (1 - beta_1^k) / (sqrt(v) + epsilon)`` at step k: the epsilon of
    Kingma and Ba's paragraph before section 2.1, not of their algorithm 1.
    """

    learning_rate: float = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    def __post_init__(self) -> None:
        self.normalize_numbers("learning_rate", "beta_1", "beta_2", "epsilon")
