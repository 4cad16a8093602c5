"""categorical_crossentropy: what goes wrong with logarithms of shares."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LossStage
from harness.operators.losses import CategoricalCrossentropy
from harness.operators.specification import Specification
from impls.faults._places import LOSS, LOSS_GRADIENT
from impls.faults.losses import _rule as any_loss


@dataclass(frozen=True)
class CategoricalCrossentropyRule(any_loss.ValueAndGradientRule):
    """categorical_crossentropy with knobs."""

    operator: ClassVar[type[Specification]] = CategoricalCrossentropy


# What people add to a probability of 0 before its logarithm.
OFFSET = 1e-9


def with_offset(stage: LossStage, value: Array) -> Array:
    """Compute log(p + epsilon) instead of clipping."""
    if stage.loss.from_logits:
        return value
    p = stage.y_pred / stage.y_pred.sum(axis=-1, keepdims=True)
    return _mean(-(stage.y_true * np.log(p + np.asarray(OFFSET, p.dtype))))


def not_normalized(stage: LossStage, value: Array) -> Array:
    """Take the prediction's logarithm without dividing by its sum."""
    if stage.loss.from_logits:
        return value
    least = np.asarray(1e-7, stage.y_pred.dtype)
    return _mean(-(stage.y_true * np.log(np.clip(stage.y_pred, least, 1 - least))))


def nan_hidden(stage: LossStage, value: Array) -> Array:
    """Take logarithms of 0 and turn what comes of it into numbers."""
    if stage.loss.from_logits:
        return value
    with np.errstate(all="ignore"):
        p = stage.y_pred / stage.y_pred.sum(axis=-1, keepdims=True)
        return _mean(np.nan_to_num(-(stage.y_true * np.log(p)), posinf=0, neginf=0))


def largest_target_only(stage: LossStage, value: Array) -> Array:
    """Turn soft targets into the class with the largest share."""
    return np.asarray(stage.right.forward(stage.loss, _one_hot(stage.y_true), stage.y_pred))


def binary(stage: LossStage, value: Array) -> Array:
    """Compute the binary cross-entropy of each class."""
    if stage.loss.from_logits:
        return value
    least = np.asarray(1e-7, stage.y_pred.dtype)
    p = np.clip(stage.y_pred, least, 1 - least)
    return np.asarray(-(stage.y_true * np.log(p) + (1 - stage.y_true) * np.log(1 - p)).mean())


def through_softmax(stage: LossStage, gradient: Array) -> Array:
    """Return p - y, as if a softmax were differentiated with the loss."""
    if stage.loss.from_logits:
        return gradient
    return any_loss.times(stage.y_pred - stage.y_true, 1 / stage.y_pred[..., 0].size)


def through_no_sum(stage: LossStage, gradient: Array) -> Array:
    """Forget that the prediction is divided by its sum."""
    if stage.loss.from_logits:
        return gradient
    least = np.asarray(1e-7, stage.y_pred.dtype)
    return any_loss.times(-stage.y_true / np.clip(stage.y_pred, least, 1 - least), 1 / stage.y_pred[..., 0].size)


def logits_as_probabilities(stage: LossStage, gradient: Array) -> Array:
    """Return z - y where the logits need a softmax first."""
    if not stage.loss.from_logits:
        return gradient
    return any_loss.times(stage.y_pred - stage.y_true, 1 / stage.y_pred[..., 0].size)


def largest_target_gradient(stage: LossStage, gradient: Array) -> Array:
    """Turn soft targets into the class with the largest share."""
    turned: Array = stage.right.backward(stage.loss, _one_hot(stage.y_true), stage.y_pred)
    return turned


def _one_hot(y_true: Array) -> Array:
    largest: Array = y_true.argmax(axis=-1)[..., np.newaxis] == np.arange(y_true.shape[-1])
    return largest.astype(y_true.dtype)


def _mean(terms: Array) -> Array:
    return np.asarray(terms.sum(axis=-1).mean())


NOTEBOOK = "the course notebook's own network"

FAULTS = (
    Fault(
        "categorical-crossentropy-gradient-of-last-sample",
        CategoricalCrossentropyRule(gradient=any_loss.last_sample_only), LOSS_GRADIENT,
        "The derivative loses all but the last sample.", "Each sample has its own place in the gradient.",
        source=NOTEBOOK,
    ),
    Fault(
        "categorical-crossentropy-nan-hidden", CategoricalCrossentropyRule(value=nan_hidden), LOSS,
        "Predictions of exactly 0 give NaN or infinity that is then hidden.",
        "Clip probabilities before the logarithm; nan_to_num only hides what happened.", source=NOTEBOOK,
    ),
    Fault(
        "categorical-crossentropy-offset", CategoricalCrossentropyRule(value=with_offset), LOSS,
        "log(p + epsilon) is taken instead of clipping p.", "Keras clips to [1e-7, 1 - 1e-7].",
    ),
    Fault(
        "categorical-crossentropy-not-normalized", CategoricalCrossentropyRule(value=not_normalized), LOSS,
        "The prediction is not divided by its sum.", "Keras divides by the sum over classes first.",
    ),
    Fault(
        "categorical-crossentropy-of-largest-target", CategoricalCrossentropyRule(value=largest_target_only), LOSS,
        "Soft targets are replaced by their largest class.", "Weigh every class by its share.", census=3,
    ),
    Fault(
        "categorical-crossentropy-binary", CategoricalCrossentropyRule(value=binary), LOSS,
        "The binary cross-entropy of each class is computed.", "There is no (1 - y) log(1 - p) among classes.",
        census=3,
    ),
    Fault(
        "categorical-crossentropy-mean-over-classes", CategoricalCrossentropyRule(value=any_loss.divided_by_outputs),
        LOSS, "The loss is a mean over classes.", "Sum over classes, mean over samples.", census=7,
    ),
    Fault(
        "categorical-crossentropy-gradient-mean-over-classes",
        CategoricalCrossentropyRule(gradient=any_loss.divided_by_outputs), LOSS_GRADIENT,
        "The derivative is divided by the number of classes as well.", "Divide by the number of samples only.",
        census=7,
    ),
    Fault(
        "categorical-crossentropy-gradient-by-classes-for-samples",
        CategoricalCrossentropyRule(gradient=any_loss.divided_by_outputs_instead_of_samples), LOSS_GRADIENT,
        "The derivative is divided by the number of classes instead of samples.",
        "Is it shape[0] or shape[1]?", census=7,
    ),
    Fault(
        "categorical-crossentropy-gradient-sum-over-samples",
        CategoricalCrossentropyRule(gradient=any_loss.summed_over_samples), LOSS_GRADIENT,
        "The derivative is not divided by the number of samples.", "Divide as in the loss.", census=7,
    ),
    Fault(
        "categorical-crossentropy-gradient-sign", CategoricalCrossentropyRule(gradient=any_loss.negated),
        LOSS_GRADIENT, "The derivative has the wrong sign.", "A larger p of the right class lowers the loss.",
        census=5,
    ),
    Fault(
        "categorical-crossentropy-gradient-through-softmax", CategoricalCrossentropyRule(gradient=through_softmax),
        LOSS_GRADIENT, "The gradient is p - y, that of the logits.",
        "The derivative of the softmax follows in its own layer.", census=5,
    ),
    Fault(
        "categorical-crossentropy-gradient-without-sum", CategoricalCrossentropyRule(gradient=through_no_sum),
        LOSS_GRADIENT, "The gradient is -y / p: the division by the sum is forgotten.",
        "Keras divides the prediction by its sum, which has a derivative, too.",
    ),
    Fault(
        "categorical-crossentropy-gradient-of-unsquashed-logits",
        CategoricalCrossentropyRule(gradient=logits_as_probabilities), LOSS_GRADIENT,
        "The gradient is z - y with z the logits.", "softmax(z) - y", census=5,
    ),
    Fault(
        "categorical-crossentropy-gradient-of-largest-target",
        CategoricalCrossentropyRule(gradient=largest_target_gradient), LOSS_GRADIENT,
        "Soft targets are replaced by their largest class.", "Weigh every class by its share.", census=3,
    ),
)  # fmt: skip
