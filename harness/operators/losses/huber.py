"""huber: mean over samples and outputs of e²/2 where |e| <= delta, else delta * |e| - delta²/2."""

from harness.operators.losses.loss import Loss
from harness.operators.specification import is_number


class Huber(Loss):
    """Mean over samples and outputs of e²/2 where |e| <= delta, else delta * |e| - delta²/2."""

    delta: float = 1.0

    def __post_init__(self) -> None:
        self.expect(is_number(self.delta) and self.delta > 0, "delta", "a positive number")
        self.normalize("delta", float(self.delta))
