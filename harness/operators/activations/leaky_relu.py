"""leaky_relu: y = x where x > 0, else negative_slope * x."""

from harness.operators.activations.activation import Activation
from harness.operators.specification import is_number


class LeakyRelu(Activation):
    """``y = x where x > 0, else negative_slope * x``."""

    negative_slope: float = 0.2

    def __post_init__(self) -> None:
        self.expect(is_number(self.negative_slope), "negative_slope", "a number")
        self.normalize("negative_slope", float(self.negative_slope))
