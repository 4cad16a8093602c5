"""What every activation is: Keras's function name, its definition, and the errors that follow from it."""

from typing import ClassVar

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate, Factor
from harness.numerics.expressions import Expression, given, gradients, widest
from harness.operators.specification import Operator


class Activation(Operator):
    """An activation function with Keras's name, arguments and defaults.

    A new one says ``output`` and nothing else. Where there are several right ways to compute it, ``formulations``
    has them all, and ``slopes`` those of its derivative.

    Traits, which generic code asks instead of naming kinds:

    Attributes:
        is_identity: it changes nothing, and a layer that has it has none.
        sums_to_one: its outputs are probabilities, so that it is often differentiated together with a cross-entropy.
        bends_at_zero: its derivative at 0 is a convention that may be declared.
    """

    is_identity: ClassVar[bool] = False
    sums_to_one: ClassVar[bool] = False
    bends_at_zero: ClassVar[bool] = False

    @property
    def keras_name(self) -> str:
        """The function's name in ``keras.activations``: ``LeakyRelu`` is ``leaky_relu``."""
        return keras_name(type(self))

    def output(self, x: Expression) -> Expression:
        """Return y, the shape of x (batch, …)."""
        raise NotImplementedError(f"{self.kind}.output")

    def formulations(self, x: Expression) -> tuple[Expression, ...]:
        """Return every right way to compute y; the value is that of the first."""
        return (self.output(x),)

    def slopes(self, x: Expression, y: Expression) -> tuple[Expression, ...]:
        """Return right ways to compute the derivative, from input or output; none where it follows from ``output``."""
        return ()

    def shift(self, x: Estimate, dy: Estimate) -> Factor:
        """Return how far a constant that somebody holds in float32 moves the gradient, the shape of dy.

        All elements move alike, so that it does not average out where they are summed. It is in the error of
        ``backward`` too, as one of each element's own.
        """
        return 0.0

    def forward(self, x: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return y, the shape of x, with the error that an implementation's may have."""
        return widest([each.estimate for each in self.formulations(given(x, arithmetic))])

    def backward(self, x: Estimate, y: Estimate, dy: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the gradient with respect to x, the shape of dy.

        Args:
            x: the input, as far as it is known.
            y: the implementation's own output where that was observed, else as far as it is known.
            dy: the gradient with respect to y.
            arithmetic: of the implementation.
        """
        known = y
        if y.is_exact:
            # Some compute it anew, with another rounding.
            anew = self.forward(Estimate.exact(x.value), arithmetic)
            known = Estimate(y.value, anew.worst_case, anew.variance)
        start, own, upstream = (given(each, arithmetic) for each in (x, known, dy))
        found = [upstream * slope for slope in self.slopes(start, own)]
        if y.is_exact and not x.is_exact:
            # Who has the output needs the input no more, which is known less well.
            found = [each for each in found if id(start) not in each.origins] or found
        found = found or [gradients(each, [start], upstream)[0] for each in self.formulations(start)]
        return widest([each.estimate for each in found])


def keras_name(kind: type[Activation]) -> str:
    """Return the name that an activation has in ``keras.activations``."""
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in kind.kind).lstrip("_")
