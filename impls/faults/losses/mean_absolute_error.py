"""mean_absolute_error: what goes wrong with its factors and at zero."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LossStage
from harness.operators.losses import MeanAbsoluteError
from harness.operators.specification import Specification
from impls.faults._places import LOSS, LOSS_GRADIENT
from impls.faults.losses import _rule as any_loss


@dataclass(frozen=True)
class MeanAbsoluteErrorRule(any_loss.ValueAndGradientRule):
    """mean_absolute_error with knobs."""

    operator: ClassVar[type[Specification]] = MeanAbsoluteError


def one_at_zero(stage: LossStage, gradient: Array) -> Array:
    """Take the sign of 0 to be 1."""
    return np.where(stage.y_pred == stage.y_true, np.asarray(1 / stage.y_pred.size, gradient.dtype), gradient)


def minus_one_at_zero(stage: LossStage, gradient: Array) -> Array:
    """Take the sign of 0 to be 1, and the error to be target minus prediction."""
    return np.where(stage.y_pred == stage.y_true, -one_at_zero(stage, gradient), gradient)


def with_distance(stage: LossStage, gradient: Array) -> Array:
    """Use the distance instead of its sign."""
    return any_loss.times(stage.y_pred - stage.y_true, 1 / stage.y_pred.size)


def without_magnitude(stage: LossStage, value: Array) -> Array:
    """Let errors of different sign cancel."""
    return np.asarray((stage.y_pred - stage.y_true).mean())


FAULTS = (
    Fault(
        "mean-absolute-error-signs-cancel", MeanAbsoluteErrorRule(value=without_magnitude), LOSS,
        "Errors of different sign cancel.", "abs before the mean.", census=3,
    ),
    Fault(
        "mean-absolute-error-sum-over-outputs", MeanAbsoluteErrorRule(value=any_loss.summed_over_outputs), LOSS,
        "The loss is a sum over outputs.", "The mean is over samples and outputs.", census=7,
    ),
    Fault(
        "mean-absolute-error-gradient-sum-over-samples",
        MeanAbsoluteErrorRule(gradient=any_loss.summed_over_samples), LOSS_GRADIENT,
        "The derivative is not divided by the number of samples.", "Divide as in the loss.", census=7,
    ),
    Fault(
        "mean-absolute-error-gradient-with-distance", MeanAbsoluteErrorRule(gradient=with_distance), LOSS_GRADIENT,
        "The derivative is the error instead of its sign.", "The derivative of |e| is its sign.", census=3,
    ),
    Fault(
        "mean-absolute-error-gradient-sign", MeanAbsoluteErrorRule(gradient=any_loss.negated), LOSS_GRADIENT,
        "The derivative has the wrong sign.", "Prediction minus target.", census=5,
    ),
    Fault(
        "mean-absolute-error-gradient-at-zero", MeanAbsoluteErrorRule(gradient=one_at_zero), LOSS_GRADIENT,
        "The derivative of a perfect prediction is 1.", "The sign of 0 is 0.",
    ),
    Fault(
        "mean-absolute-error-gradient-at-zero-from-below", MeanAbsoluteErrorRule(gradient=minus_one_at_zero),
        LOSS_GRADIENT, "The derivative of a perfect prediction is -1.", "The sign of 0 is 0.", source="Keras on JAX",
    ),
)  # fmt: skip
