"""elu: y = x where x > 0, else alpha * (exp(x) - 1)."""

from harness.operators.activations.activation import Activation
from harness.operators.specification import is_number


class Elu(Activation):
    """``y = x where x > 0, else alpha * (exp(x) - 1)``."""

    alpha: float = 1.0

    def __post_init__(self) -> None:
        self.expect(is_number(self.alpha), "alpha", "a number")
        self.normalize("alpha", float(self.alpha))
