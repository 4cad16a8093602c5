"""mean_squared_error: what goes wrong with its factors."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LossStage
from harness.operators.losses import MeanSquaredError
from harness.operators.specification import Specification
from impls.faults._places import LOSS, LOSS_GRADIENT
from impls.faults.losses import _rule as any_loss


@dataclass(frozen=True)
class MeanSquaredErrorRule(any_loss.ValueAndGradientRule):
    """mean_squared_error with knobs."""

    operator: ClassVar[type[Specification]] = MeanSquaredError


def root(stage: LossStage, value: Array) -> Array:
    """Take the root of the mean."""
    return np.asarray(np.sqrt(value))


FAULTS = (
    Fault(
        "mean-squared-error-gradient-sum-over-outputs",
        MeanSquaredErrorRule(gradient=any_loss.summed_over_outputs), LOSS_GRADIENT,
        "The derivative takes the sum over outputs where Keras takes the mean over them.",
        "The mean is over samples and outputs: divide by y_pred.size.", source="the course notebook's own network",
        census=7,
    ),
    Fault(
        "mean-squared-error-half", MeanSquaredErrorRule(value=any_loss.halved), LOSS,
        "The loss that is printed is half of Keras's.", "The 1/2 that makes the derivative simple is not in Keras.",
        source="the course notebook's own network", census=7,
    ),
    Fault(
        "mean-squared-error-sum-over-samples", MeanSquaredErrorRule(value=any_loss.summed_over_samples), LOSS,
        "The loss is a sum over samples.", "Divide by the number of samples.", census=7, source="jax#3113",
    ),
    Fault(
        "mean-squared-error-root", MeanSquaredErrorRule(value=root), LOSS, "The root of the loss is returned.",
        "That is another measure.", census=3,
    ),
    Fault(
        "mean-squared-error-gradient-without-2", MeanSquaredErrorRule(gradient=any_loss.halved), LOSS_GRADIENT,
        "The derivative lacks the factor 2.", "The derivative of e² is 2 e.", census=7, source="d2l-en#1000",
    ),
    Fault(
        "mean-squared-error-gradient-sum-over-samples",
        MeanSquaredErrorRule(gradient=any_loss.summed_over_samples), LOSS_GRADIENT,
        "The derivative is not divided by the number of samples.", "Divide as in the loss.", census=7,
    ),
    Fault(
        "mean-squared-error-gradient-sign", MeanSquaredErrorRule(gradient=any_loss.negated), LOSS_GRADIENT,
        "The derivative has the wrong sign.", "Prediction minus target.", census=5, source="chainer#261, deeppy#17",
    ),
    Fault(
        "mean-squared-error-gradient-of-last-sample", MeanSquaredErrorRule(gradient=any_loss.last_sample_only),
        LOSS_GRADIENT, "Only the last sample has a gradient.", "Each sample has its own place in the gradient.",
        census=3,
    ),
)  # fmt: skip
