"""binary_crossentropy: mean over all N elements of -y log c - (1 - y) log(1 - c), c the probability p clipped.

Units: u is the unit roundoff, c carries the error d of p where the clip lets it through, q = 1 - c, k the roundings of
a library function (``Arithmetic``).

From probabilities, forward: q is rounded once, which is u in log q whatever c is: u q / q. Each logarithm k u of its
value, and d / c or d / q; the products one rounding (two with 1 - y), the sum one. Then the mean, see ``_mean``.

Backward: ((1 - y) / q - y / c) / N where p is within the bounds, which are inclusive, else 0. 3u of y / c, for the
reciprocal and two products, where each term is multiplied by 1/N before the difference, which may cancel; 4u of
(1 - y) / q besides that of q; one rounding of the sum, up to three of 1/N and the product. The same bound holds for
(c - y) / (c q), where nothing but c - y cancels, with one rounding. d enters as y / c² + (1 - y) / q². Within d of a
bound the gradient may or may not be 0.

From logits z, forward: max(z, 0) - z y + log(1 + exp(-|z|)). Three roundings of the sizes of the three parts, the last
part with those of exp and log besides; 1 + exp(-|z|) may be rounded, which is u, but never more than the part itself.
z's error times sigmoid(z) - y.

Backward: (sigmoid(z) - y) / N: sigmoid's k u, one rounding of y and of the difference, up to three of 1/N and the
product. The gradient of the forward's three parts, as TensorFlow takes it, sums to the same with fewer.

Sources: Higham, Accuracy and Stability of Numerical Algorithms, section 3.1; Keras 3 and TensorFlow's
``sigmoid_cross_entropy_with_logits`` for the definition.
"""

import numpy as np

from harness.numerics import expressions
from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate, Floats
from harness.numerics.expressions import Expression, exp, log, log1p, magnitude, maximum
from harness.numerics.kinks import either_side
from harness.numerics.tensors import divided, mean_of_all
from harness.operators.activations.sigmoid import sigmoid
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

MEAN_ROUNDINGS = 4


class BinaryCrossentropy(Loss):
    """Mean over samples and outputs of -y log p - (1 - y) log(1 - p).

    Args:
        from_logits: the predictions are the input of a sigmoid, not its output. With False the probabilities
            themselves count, clipped to [epsilon, 1 - epsilon] with epsilon = 1e-7 in the working precision, even
            where Keras could look behind a sigmoid layer: a case says which of the two it means.
    """

    from_logits: bool = False

    samples = ({}, {"from_logits": True})

    def output(self, y_true: Expression, y_pred: Expression) -> Expression:
        """Return the loss, a scalar."""
        if self.from_logits:
            return mean_of_all(maximum(y_pred, 0.0) - y_pred * y_true + log1p(exp(-magnitude(y_pred))))
        c = kept_inside(y_pred)
        return mean_of_all(-(y_true * log(c)) - (1.0 - y_true) * log(1.0 - c))

    def slopes(self, y_true: Expression, y_pred: Expression) -> tuple[Expression, ...]:
        """Return the gradient of logits by its own formula."""
        return (divided(expressions.sigmoid(y_pred) - y_true, float(y_pred.value.size)),) if self.from_logits else ()

    def forward(self, y_true: Floats, y_pred: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the loss, a scalar, of targets and predictions of one shape."""
        terms = _terms_of_logits if self.from_logits else _terms_of_probabilities
        return mean(terms(np.asarray(y_true, np.float64), y_pred, arithmetic), arithmetic)

    def backward(self, y_true: Floats, y_pred: Estimate, arithmetic: Arithmetic) -> Estimate:
        """Return the gradient with respect to y_pred, its shape."""
        gradient = _gradient_of_logits if self.from_logits else _gradient_of_probabilities
        return gradient(np.asarray(y_true, np.float64), y_pred, arithmetic)


def _terms_of_probabilities(y: Floats, p: Estimate, arithmetic: Arithmetic) -> Estimate:
    c = clipped(p, arithmetic)
    q = c.through(1 - c.value, 1.0).rounded(1, arithmetic)
    of_c = logarithm(c, arithmetic).scaled(-y).rounded(1, arithmetic)
    of_q = logarithm(q, arithmetic).scaled(-(1 - y)).rounded(2, arithmetic)
    return (of_c + of_q).rounded(1, arithmetic)


def _gradient_of_probabilities(y: Floats, p: Estimate, arithmetic: Arithmetic) -> Estimate:
    c = clipped(p, arithmetic)
    q = c.through(1 - c.value, 1.0).rounded(1, arithmetic)
    # The last of each is of the product with 1/N, where that comes before the difference.
    of_c = inverse(c, arithmetic).scaled(-y).rounded(2, arithmetic).rounded(1, arithmetic)
    of_q = inverse(q, arithmetic).scaled(1 - y).rounded(3, arithmetic).rounded(1, arithmetic)
    unclipped = (of_c + of_q).scaled(1 / y.size).rounded(MEAN_ROUNDINGS, arithmetic)
    gradient = unclipped.scaled(passes(p, arithmetic))
    return either_side(gradient, p, distance_to_bound(p, arithmetic), unclipped.value)


def _terms_of_logits(y: Floats, z: Estimate, arithmetic: Arithmetic) -> Estimate:
    positive, product = np.maximum(z.value, 0), z.value * y
    decay = np.log1p(np.exp(-np.abs(z.value)))
    terms = z.through(positive - product + decay, sigmoid(z.value) - y)
    sizes = positive + np.abs(product) + decay
    naive = np.minimum(decay, arithmetic.unit_roundoff)
    library = Estimate.rounding(decay, arithmetic.exp_roundings + arithmetic.log1p_roundings, arithmetic)
    return terms.off_by(Estimate.rounding(sizes, 3, arithmetic)).off_by(library).off_by(naive)


def _gradient_of_logits(y: Floats, z: Estimate, arithmetic: Arithmetic) -> Estimate:
    s = sigmoid(z.value)
    probability = z.through(s, s * (1 - s)).rounded(arithmetic.sigmoid_roundings, arithmetic)
    difference = probability - Estimate.exact(y).rounded(1, arithmetic)
    return difference.scaled(1 / y.size).rounded(MEAN_ROUNDINGS, arithmetic)
