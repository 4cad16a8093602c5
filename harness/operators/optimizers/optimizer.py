"""What every optimizer specification has: numbers that are checked."""

from harness.operators.specification import Specification, is_number


class Optimizer(Specification):
    """An optimizer with Keras's name, arguments and defaults."""

    @property
    def plain_rate(self) -> float | None:
        """The learning rate where a step is that times the gradient, and nothing is remembered; None elsewhere."""
        return None

    def normalize_numbers(self, *arguments: str) -> None:
        """Check that each argument is a number of 0 or more and store it as a float; for ``__post_init__``."""
        for argument in arguments:
            value = getattr(self, argument)
            self.expect(is_number(value) and value >= 0, argument, "a number of 0 or more")
            self.normalize(argument, float(value))
