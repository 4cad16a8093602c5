"""mean_absolute_error: what goes wrong with its factors and at zero."""

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LossStage
from harness.operators.losses import MeanAbsoluteError
from impls.faults._places import LOSS, LOSS_GRADIENT
from impls.faults.losses import _any_loss as any_loss


def one_at_zero(stage: LossStage, gradient: Array) -> Array:
    """Take the sign of 0 to be 1."""
    return np.where(stage.y_pred == stage.y_true, np.asarray(1 / stage.y_pred.size, gradient.dtype), gradient)


def minus_one_at_zero(stage: LossStage, gradient: Array) -> Array:
    """Take the sign of 0 to be 1, and the error to be target minus prediction."""
    return np.where(stage.y_pred == stage.y_true, -one_at_zero(stage, gradient), gradient)


def without_magnitude(stage: LossStage, value: Array) -> Array:
    """Let errors of different sign cancel."""
    return np.asarray((stage.y_pred - stage.y_true).mean())


FAULTS = (
    Fault("mean-absolute-error-signs-cancel", on=MeanAbsoluteError, loss=without_magnitude, moves=LOSS, census=3,
        explanation="Errors of different sign cancel.", hint="abs before the mean."),
    Fault("mean-absolute-error-sum-over-outputs", on=MeanAbsoluteError, loss=any_loss.summed_over_outputs,
        moves=LOSS, census=7,
        explanation="The loss is a sum over outputs.", hint="The mean is over samples and outputs."),
    Fault("mean-absolute-error-gradient-sum-over-samples", on=MeanAbsoluteError,
        loss_gradient=any_loss.summed_over_samples, moves=LOSS_GRADIENT, census=7,
        explanation="The derivative is not divided by the number of samples.", hint="Divide as in the loss."),
    Fault("mean-absolute-error-gradient-with-distance", on=MeanAbsoluteError, loss_gradient=any_loss.error_for_gradient,
        moves=LOSS_GRADIENT, census=3,
        explanation="The derivative is the error instead of its sign.", hint="The derivative of |e| is its sign."),
    Fault("mean-absolute-error-gradient-sign", on=MeanAbsoluteError, loss_gradient=any_loss.negated,
        moves=LOSS_GRADIENT, census=5,
        explanation="The derivative has the wrong sign.", hint="Prediction minus target."),
    Fault("mean-absolute-error-gradient-at-zero", on=MeanAbsoluteError, loss_gradient=one_at_zero, moves=LOSS_GRADIENT,
        explanation="The derivative of a perfect prediction is 1.", hint="The sign of 0 is 0."),
    Fault("mean-absolute-error-gradient-at-zero-from-below", on=MeanAbsoluteError, loss_gradient=minus_one_at_zero,
        moves=LOSS_GRADIENT,
        explanation="The derivative of a perfect prediction is -1.", hint="The sign of 0 is 0.", source="Keras on JAX"),
)  # fmt: skip
