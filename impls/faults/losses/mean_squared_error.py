"""mean_squared_error: what goes wrong with its factors."""

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LossStage
from harness.operators.losses import MeanSquaredError
from impls.faults._places import LOSS, LOSS_GRADIENT, NOTEBOOK
from impls.faults.losses import _any_loss as any_loss


def root(stage: LossStage, value: Array) -> Array:
    """Take the root of the mean."""
    return np.asarray(np.sqrt(value))


FAULTS = (
    Fault("mean-squared-error-gradient-sum-over-outputs", on=MeanSquaredError,
        loss_gradient=any_loss.summed_over_outputs, moves=LOSS_GRADIENT, census=7,
        explanation="The derivative takes the sum over outputs where Keras takes the mean over them.",
        hint="The mean is over samples and outputs: divide by y_pred.size.", source=NOTEBOOK),
    Fault("mean-squared-error-half", on=MeanSquaredError, loss=any_loss.halved, moves=LOSS, census=7,
        explanation="The loss that is printed is half of Keras's.",
        hint="The 1/2 that makes the derivative simple is not in Keras.", source=NOTEBOOK),
    Fault("mean-squared-error-sum-over-samples", on=MeanSquaredError, loss=any_loss.summed_over_samples,
        moves=LOSS, census=7,
        explanation="The loss is a sum over samples.", hint="Divide by the number of samples.", source="jax#3113"),
    Fault("mean-squared-error-root", on=MeanSquaredError, loss=root, moves=LOSS, census=3,
        explanation="The root of the loss is returned.", hint="That is another measure."),
    Fault("mean-squared-error-gradient-without-2", on=MeanSquaredError, loss_gradient=any_loss.halved,
        moves=LOSS_GRADIENT, census=7,
        explanation="The derivative lacks the factor 2.", hint="The derivative of e² is 2 e.", source="d2l-en#1000"),
    Fault("mean-squared-error-gradient-sum-over-samples", on=MeanSquaredError,
        loss_gradient=any_loss.summed_over_samples, moves=LOSS_GRADIENT, census=7,
        explanation="The derivative is not divided by the number of samples.", hint="Divide as in the loss."),
    Fault("mean-squared-error-gradient-sign", on=MeanSquaredError, loss_gradient=any_loss.negated,
        moves=LOSS_GRADIENT, census=5,
        explanation="The derivative has the wrong sign.", hint="Prediction minus target.",
        source="chainer#261, deeppy#17"),
    Fault("mean-squared-error-gradient-of-last-sample", on=MeanSquaredError, loss_gradient=any_loss.last_sample_only,
        moves=LOSS_GRADIENT, census=3,
        explanation="Only the last sample has a gradient.", hint="Each sample has its own place in the gradient."),
)  # fmt: skip
