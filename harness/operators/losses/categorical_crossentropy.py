"""categorical_crossentropy: mean over samples of -sum_i y_i log c_i, c_i = clip(p_i / s), s = sum_j p_j.

From logits see ``_crossentropy_of_logits``.

Units: u is the unit roundoff, k the roundings of log, Y = sum of y_i over the classes that the clip lets through,
p carries an error d.

Forward: r_i = p_i / s is off by the relative error of the sum and one rounding; log c_i by that where the clip lets it
through, and by k u |log c_i|; the product one rounding, then the sum over classes and the mean, see ``_mean``. d enters
as Y / s - y_i / p_i.

Backward: (Y - y_i / r_i) / s / samples, the second term 0 behind the clip. Y is computed as sum_i (y_i / c_i) r_i. All
factors may be applied to each term before the difference, which cancels: six roundings of y_i / r_i (the reciprocal,
the sign and the mean, s, three products), besides the error of r_i; eight of each term of Y, and their sum; one of the
difference. The relative error of s is common to both. d enters as y_i / p_i² and Y / s².

Which side of the clip r_i is on depends on the rounding of s, also where p is exact. There the target's gradient is
y_i / r_i or 0, and Y with or without y_i. It matters most for a saturated softmax, where r_i is 1 and the bound
1 - 2u: a sum's error is also at most all that is added to its largest term, because each addition is off by no more
than the smaller of its two terms, which leaves 1 + 1e-10 within 1e-10 of 1 and decides most of these.

Sources: Higham, Accuracy and Stability of Numerical Algorithms, sections 2.2 and 4.2; Keras 3,
``backend.tensorflow.nn.categorical_crossentropy``, for the definition.
"""

import numpy as np

from harness.numerics import tensors
from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate, Flags, Floats
from harness.numerics.expressions import Expression, log
from harness.numerics.kinks import undecided
from harness.numerics.summation import total
from harness.numerics.tensors import mean_of_all
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

OWN_ROUNDINGS = 6
SHARED_ROUNDINGS = 8


class CategoricalCrossentropy(Loss):
    """Mean over samples of -sum_i y_i log p_i, the probabilities first divided by their sum.

    Args:
        from_logits: the predictions are the input of a softmax, not its output. With False the probabilities
            themselves count, clipped to [epsilon, 1 - epsilon] with epsilon = 1e-7 in the working precision, even
            where Keras could look behind a softmax layer: a case says which of the two it means.
    """

    from_logits: bool = False

    samples = ({}, {"from_logits": True})

    def output(self, y_true: Expression, y_pred: Expression) -> Expression:
        """Return the loss, a scalar."""
        if self.from_logits:
            return _crossentropy_of_logits.mean_loss(y_true, y_pred)
        ratio = y_pred / tensors.total(y_pred, -1, keepdims=True)
        return mean_of_all(tensors.total(-(y_true * log(kept_inside(ratio))), -1))

    def slopes(self, y_true: Expression, y_pred: Expression) -> tuple[Expression, ...]:
        """Return the gradient of logits by its own formula."""
        return _crossentropy_of_logits.slopes(y_true, y_pred) if self.from_logits else ()

    def forward(self, y_true: Floats, y_pred: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the loss, a scalar, of targets and predictions (batch, …, classes)."""
        y = np.asarray(y_true, np.float64)
        if self.from_logits:
            return mean(_crossentropy_of_logits.terms(y, y_pred, arithmetic), arithmetic)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ratio, _ = _normalized(y_pred, arithmetic)
            log_c = logarithm(clipped(ratio, arithmetic), arithmetic)
            return mean(total(log_c.scaled(-y).rounded(1, arithmetic), -1, arithmetic), arithmetic)

    def backward(self, y_true: Floats, y_pred: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the gradient with respect to y_pred, its shape."""
        y = np.asarray(y_true, np.float64)
        if self.from_logits:
            return _crossentropy_of_logits.gradient(y, y_pred, arithmetic)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            return _gradient_of_probabilities(y, y_pred, arithmetic)


def _gradient_of_probabilities(y: Floats, p: Estimate, arithmetic: Arithmetic) -> Estimate:
    ratio, scale = _normalized(p, arithmetic)
    inside = passes(ratio, arithmetic)
    in_worst_case, by_variance = undecided(ratio, distance_to_bound(ratio, arithmetic))
    # What may pass the clip may bring its rounding along.
    passing = np.maximum(inside, in_worst_case | by_variance)
    unclipped = inverse(clipped(ratio, arithmetic), arithmetic).scaled(-y).rounded(OWN_ROUNDINGS, arithmetic)
    own = unclipped.through(inside * unclipped.value, passing)
    mass = Estimate.exact(passing * y).rounded(SHARED_ROUNDINGS, arithmetic)
    shared = total(mass, -1, arithmetic).mapped(lambda a: a[..., np.newaxis])
    value = own.value + (inside * y).sum(axis=-1, keepdims=True)
    difference = Estimate(value, own.worst_case + shared.worst_case, own.variance + shared.variance).rounded(
        1, arithmetic
    )
    difference = Estimate(
        value,
        difference.off_by_either(_switched(y, unclipped.value, in_worst_case)).worst_case,
        difference.off_by_either(_switched(y, unclipped.value, by_variance)).variance,
    )
    factor = 1 / (scale.value * p.value[..., 0].size)
    by_scale = scale.through(np.zeros(p.shape), value * factor / np.abs(scale.value))
    return difference.scaled(factor) + by_scale


def _switched(y: Floats, own: Floats, undecided_classes: Flags) -> Floats:
    """Return how far each element may move by the choices of the undecided classes of its sample."""
    share = np.where(undecided_classes, y, 0.0)
    others: Floats = np.abs(share).sum(axis=-1, keepdims=True) - np.abs(share)
    return np.where(undecided_classes, np.abs(own + y), 0.0) + others


def _normalized(p: Estimate, arithmetic: Arithmetic) -> tuple[Estimate, Estimate]:
    """Return p divided by its sum over the last axis, and the sum with that axis kept at 1."""
    sizes = np.abs(p.value)
    summed = total(Estimate.exact(p.value), -1, arithmetic)
    added = (sizes.sum(axis=-1) - sizes.max(axis=-1)) * (1 + p.shape[-1] * arithmetic.unit_roundoff)
    own = Estimate(summed.value, np.minimum(summed.worst_case, added), np.minimum(summed.variance, np.square(added)))
    inherited = Estimate(summed.value, p.worst_case.sum(axis=-1), p.variance.sum(axis=-1))
    scale = own.with_error(inherited.worst_case, inherited.variance).mapped(lambda a: a[..., np.newaxis])
    value = p.value / scale.value
    ratio = p.through(value, 1 / scale.value) + scale.through(np.zeros(value.shape), value / scale.value)
    return ratio.rounded(1, arithmetic), scale
