"""What every loss is: its definition, and the errors that follow from it."""

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate, Floats
from harness.numerics.expressions import Expression, given, gradients, widest
from harness.operators.specification import Operator


class Loss(Operator):
    """A loss with Keras's name, arguments and defaults, averaged as ``sum_over_batch_size`` does.

    A new one says ``output`` and nothing else.
    """

    def output(self, y_true: Expression, y_pred: Expression) -> Expression:
        """Return the loss, a scalar, of targets and predictions (batch, …)."""
        raise NotImplementedError(f"{self.kind}.output")

    def formulations(self, y_true: Expression, y_pred: Expression) -> tuple[Expression, ...]:
        """Return every right way to compute it; the value is that of the first."""
        return (self.output(y_true, y_pred),)

    def slopes(self, y_true: Expression, y_pred: Expression) -> tuple[Expression, ...]:
        """Return other right ways to compute the gradient with respect to the prediction than by reverse mode."""
        return ()

    def forward(self, y_true: Floats, y_pred: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the loss, a scalar, with the error that an implementation's may have."""
        targets = given(Estimate.exact(y_true), arithmetic)
        return widest([each.estimate for each in self.formulations(targets, given(y_pred, arithmetic))])

    def backward(self, y_true: Floats, y_pred: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the gradient with respect to the prediction, its shape."""
        targets, start = given(Estimate.exact(y_true), arithmetic), given(y_pred, arithmetic)
        one = given(Estimate.exact(1.0), arithmetic)
        found = [gradients(value, [start], one)[0] for value in self.formulations(targets, start)]
        return widest([each.estimate for each in (*found, *self.slopes(targets, start))])
