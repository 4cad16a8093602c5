"""sparse_categorical_crossentropy: mean over samples of -log p_y with y the class as an integer.

From logits it is the categorical cross-entropy of the one-hot y, see ``_crossentropy_of_logits``.

From probabilities, Keras clips them to c, takes logarithms and treats those as logits, so that p_y stands for
c_y / sum_j c_j; the two definitions are the same function, and both ways of computing it are allowed.

Units: u is the unit roundoff, k the roundings of log, d the error of p. log c_j is off by k u |log c_j| and by d / c_j
where the clip lets p_j through; that is the error of the logits. Backward, their gradient times 1 / c_j where p_j is
within the bounds, which are inclusive, else 0: one rounding, and d / c_j of the quotient. Within d of a bound the
gradient may or may not be 0.

Source: Keras 3, ``backend.tensorflow.nn.sparse_categorical_crossentropy``, for the definition.
"""

import numpy as np
from numpy.typing import NDArray

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate, Floats
from harness.numerics.expressions import Expression, constant, log
from harness.numerics.kinks import either_side
from harness.operators.losses import _crossentropy_of_logits
from harness.operators.losses._clipped_probability import (
    clipped,
    distance_to_bound,
    inverse,
    kept_inside,
    logarithm,
    passes,
)
from harness.operators.losses._mean import mean
from harness.operators.losses.loss import Loss

Labels = NDArray[np.integer] | Floats


class SparseCategoricalCrossentropy(Loss):
    """Mean over samples of -log p_y with y the class as an integer.

    Args:
        from_logits: the predictions are the input of a softmax, not its output. With False the probabilities
            themselves count, clipped to [epsilon, 1 - epsilon] with epsilon = 1e-7 in the working precision, even
            where Keras could look behind a softmax layer: a case says which of the two it means.
    """

    from_logits: bool = False

    samples = ({}, {"from_logits": True})

    def output(self, y_true: Expression, y_pred: Expression) -> Expression:
        """Return the loss, a scalar."""
        logits = y_pred if self.from_logits else log(kept_inside(y_pred))
        one_hot = constant(_one_hot(y_true.value, y_pred.estimate))
        return _crossentropy_of_logits.mean_loss(one_hot, logits)

    def slopes(self, y_true: Expression, y_pred: Expression) -> tuple[Expression, ...]:
        """Return the gradient of logits by its own formula."""
        return (
            _crossentropy_of_logits.slopes(constant(_one_hot(y_true.value, y_pred.estimate)), y_pred)
            if self.from_logits
            else ()
        )

    def forward(self, y_true: Labels, y_pred: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the loss, a scalar, of integer targets (batch, …) and predictions (batch, …, classes)."""
        one_hot = _one_hot(y_true, y_pred)
        logits = y_pred if self.from_logits else logarithm(clipped(y_pred, arithmetic), arithmetic)
        return mean(_crossentropy_of_logits.terms(one_hot, logits, arithmetic), arithmetic)

    def backward(self, y_true: Labels, y_pred: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the gradient with respect to y_pred, its shape."""
        one_hot = _one_hot(y_true, y_pred)
        if self.from_logits:
            return _crossentropy_of_logits.gradient(one_hot, y_pred, arithmetic)
        c = clipped(y_pred, arithmetic)
        by_logit = _crossentropy_of_logits.gradient(one_hot, logarithm(c, arithmetic), arithmetic)
        one_over_c = inverse(c, arithmetic)
        quotient = by_logit.scaled(one_over_c.value) + one_over_c.through(np.zeros(c.shape), by_logit.value)
        unclipped = quotient.rounded(1, arithmetic)
        gradient = unclipped.scaled(passes(y_pred, arithmetic))
        return either_side(gradient, y_pred, distance_to_bound(y_pred, arithmetic), unclipped.value)


def _one_hot(y_true: Labels, y_pred: Estimate) -> Floats:
    labels = np.asarray(y_true)[..., np.newaxis]
    return np.asarray(labels == np.arange(y_pred.shape[-1]), np.float64)
