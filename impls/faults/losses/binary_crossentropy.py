"""binary_crossentropy: what goes wrong with logarithms of probabilities."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LossStage
from harness.operators.losses import BinaryCrossentropy
from harness.operators.specification import Specification
from impls.faults._places import LOSS, LOSS_GRADIENT
from impls.faults.losses import _rule as any_loss


@dataclass(frozen=True)
class BinaryCrossentropyRule(any_loss.ValueAndGradientRule):
    """binary_crossentropy with knobs."""

    operator: ClassVar[type[Specification]] = BinaryCrossentropy


def one_sided(stage: LossStage, value: Array) -> Array:
    """Leave out the term of the other class."""
    return np.asarray(-(stage.y_true * np.log(_probability(stage))).mean())


def nan_hidden(stage: LossStage, value: Array) -> Array:
    """Take logarithms of 0 and turn what comes of it into numbers."""
    p = stage.y_pred
    if stage.loss.from_logits:
        return value
    with np.errstate(all="ignore"):
        terms = -(stage.y_true * np.log(p) + (1 - stage.y_true) * np.log(1 - p))
        return np.asarray(np.nan_to_num(terms, posinf=0, neginf=0).mean())


def derivative_through_sigmoid(stage: LossStage, gradient: Array) -> Array:
    """Return p - y, as if a sigmoid were differentiated with the loss."""
    return any_loss.times(_probability(stage) - stage.y_true, 1 / stage.y_pred.size)


def one_sided_gradient(stage: LossStage, gradient: Array) -> Array:
    """Differentiate one term only."""
    return any_loss.times(-stage.y_true / _probability(stage), 1 / stage.y_pred.size)


def logits_for_probabilities(stage: LossStage, gradient: Array) -> Array:
    """Return z - y where the logits need a sigmoid first."""
    if not stage.loss.from_logits:
        return gradient
    return any_loss.times(stage.y_pred - stage.y_true, 1 / stage.y_pred.size)


def _probability(stage: LossStage) -> Array:
    if stage.loss.from_logits:
        return np.asarray((1 + np.tanh(stage.y_pred / 2)) / 2)
    least = np.asarray(1e-7, stage.y_pred.dtype)
    return np.clip(stage.y_pred, least, 1 - least)


FAULTS = (
    Fault(
        "binary-crossentropy-one-sided", BinaryCrossentropyRule(value=one_sided), LOSS,
        "The term of the other class is missing.", "-y log p - (1 - y) log(1 - p)", census=3,
    ),
    Fault(
        "binary-crossentropy-nan-hidden", BinaryCrossentropyRule(value=nan_hidden), LOSS,
        "Predictions of exactly 0 or 1 give NaN or infinity that is then hidden.",
        "Clip probabilities before the logarithm; nan_to_num only hides what happened.",
        source="the course notebook's own network",
    ),
    Fault(
        "binary-crossentropy-sum-over-outputs", BinaryCrossentropyRule(value=any_loss.summed_over_outputs), LOSS,
        "The loss is a sum over outputs.", "The mean is over samples and outputs.", census=7,
    ),
    Fault(
        "binary-crossentropy-gradient-sum-over-outputs",
        BinaryCrossentropyRule(gradient=any_loss.summed_over_outputs), LOSS_GRADIENT,
        "The derivative takes the sum over outputs.", "Divide by y_pred.size.", census=7,
    ),
    Fault(
        "binary-crossentropy-gradient-sum-over-samples",
        BinaryCrossentropyRule(gradient=any_loss.summed_over_samples), LOSS_GRADIENT,
        "The derivative is not divided by the number of samples.", "Divide as in the loss.", census=7,
    ),
    Fault(
        "binary-crossentropy-gradient-through-sigmoid", BinaryCrossentropyRule(gradient=derivative_through_sigmoid),
        LOSS_GRADIENT, "The gradient is p - y, that of the logits.",
        "The derivative of the sigmoid follows in its own layer.", census=3,
    ),
    Fault(
        "binary-crossentropy-gradient-one-sided", BinaryCrossentropyRule(gradient=one_sided_gradient), LOSS_GRADIENT,
        "The derivative of the other class's term is missing.", "-y / p + (1 - y) / (1 - p)", census=3,
    ),
    Fault(
        "binary-crossentropy-gradient-of-unsquashed-logits",
        BinaryCrossentropyRule(gradient=logits_for_probabilities), LOSS_GRADIENT,
        "The gradient is z - y with z the logit.", "sigmoid(z) - y", census=3,
    ),
)  # fmt: skip
