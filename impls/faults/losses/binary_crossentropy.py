"""binary_crossentropy: what goes wrong with logarithms of probabilities."""

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LossStage
from harness.operators.losses import BinaryCrossentropy
from impls.faults._places import LOSS, LOSS_GRADIENT, NOTEBOOK
from impls.faults.losses import _any_loss as any_loss


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
    return any_loss.error_for_gradient(stage, gradient) if stage.loss.from_logits else gradient


def _probability(stage: LossStage) -> Array:
    if stage.loss.from_logits:
        return np.asarray((1 + np.tanh(stage.y_pred / 2)) / 2)
    return any_loss.clipped(stage.y_pred)


FAULTS = (
    Fault("binary-crossentropy-one-sided", on=BinaryCrossentropy, loss=one_sided, moves=LOSS, census=3,
        explanation="The term of the other class is missing.", hint="-y log p - (1 - y) log(1 - p)"),
    Fault("binary-crossentropy-nan-hidden", on=BinaryCrossentropy, loss=nan_hidden, moves=LOSS,
        explanation="Predictions of exactly 0 or 1 give NaN or infinity that is then hidden.",
        hint="Clip probabilities before the logarithm; nan_to_num only hides what happened.", source=NOTEBOOK),
    Fault("binary-crossentropy-sum-over-outputs", on=BinaryCrossentropy, loss=any_loss.summed_over_outputs,
        moves=LOSS, census=7,
        explanation="The loss is a sum over outputs.", hint="The mean is over samples and outputs."),
    Fault("binary-crossentropy-gradient-sum-over-outputs", on=BinaryCrossentropy,
        loss_gradient=any_loss.summed_over_outputs, moves=LOSS_GRADIENT, census=7,
        explanation="The derivative takes the sum over outputs.", hint="Divide by y_pred.size."),
    Fault("binary-crossentropy-gradient-sum-over-samples", on=BinaryCrossentropy,
        loss_gradient=any_loss.summed_over_samples, moves=LOSS_GRADIENT, census=7,
        explanation="The derivative is not divided by the number of samples.", hint="Divide as in the loss."),
    Fault("binary-crossentropy-gradient-through-sigmoid", on=BinaryCrossentropy,
        loss_gradient=derivative_through_sigmoid, moves=LOSS_GRADIENT, census=3,
        explanation="The gradient is p - y, that of the logits.",
        hint="The derivative of the sigmoid follows in its own layer."),
    Fault("binary-crossentropy-gradient-one-sided", on=BinaryCrossentropy, loss_gradient=one_sided_gradient,
        moves=LOSS_GRADIENT, census=3,
        explanation="The derivative of the other class's term is missing.", hint="-y / p + (1 - y) / (1 - p)"),
    Fault("binary-crossentropy-gradient-of-unsquashed-logits", on=BinaryCrossentropy,
        loss_gradient=logits_for_probabilities, moves=LOSS_GRADIENT, census=3,
        explanation="The gradient is z - y with z the logit.", hint="sigmoid(z) - y"),
)  # fmt: skip
