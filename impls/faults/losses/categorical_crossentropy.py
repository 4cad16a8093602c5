"""categorical_crossentropy: what goes wrong with logarithms of shares."""

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LossStage
from harness.operators.losses import CategoricalCrossentropy
from impls.faults._places import LOSS, LOSS_GRADIENT, NOTEBOOK
from impls.faults.losses import _any_loss as any_loss

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
    return _mean(-(stage.y_true * np.log(any_loss.clipped(stage.y_pred))))


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
    p = any_loss.clipped(stage.y_pred)
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
    return any_loss.times(-stage.y_true / any_loss.clipped(stage.y_pred), 1 / stage.y_pred[..., 0].size)


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


FAULTS = (
    Fault("categorical-crossentropy-gradient-of-last-sample", on=CategoricalCrossentropy,
        loss_gradient=any_loss.last_sample_only, moves=LOSS_GRADIENT,
        explanation="The derivative loses all but the last sample.",
        hint="Each sample has its own place in the gradient.", source=NOTEBOOK),
    Fault("categorical-crossentropy-nan-hidden", on=CategoricalCrossentropy, loss=nan_hidden, moves=LOSS,
        explanation="Predictions of exactly 0 give NaN or infinity that is then hidden.",
        hint="Clip probabilities before the logarithm; nan_to_num only hides what happened.", source=NOTEBOOK),
    Fault("categorical-crossentropy-offset", on=CategoricalCrossentropy, loss=with_offset, moves=LOSS,
        explanation="log(p + epsilon) is taken instead of clipping p.", hint="Keras clips to [1e-7, 1 - 1e-7]."),
    Fault("categorical-crossentropy-not-normalized", on=CategoricalCrossentropy, loss=not_normalized, moves=LOSS,
        explanation="The prediction is not divided by its sum.", hint="Keras divides by the sum over classes first."),
    Fault("categorical-crossentropy-of-largest-target", on=CategoricalCrossentropy, loss=largest_target_only,
        moves=LOSS, census=3,
        explanation="Soft targets are replaced by their largest class.", hint="Weigh every class by its share."),
    Fault("categorical-crossentropy-binary", on=CategoricalCrossentropy, loss=binary, moves=LOSS, census=3,
        explanation="The binary cross-entropy of each class is computed.",
        hint="There is no (1 - y) log(1 - p) among classes."),
    Fault("categorical-crossentropy-mean-over-classes", on=CategoricalCrossentropy, loss=any_loss.divided_by_outputs,
        moves=LOSS, census=7,
        explanation="The loss is a mean over classes.", hint="Sum over classes, mean over samples."),
    Fault("categorical-crossentropy-gradient-mean-over-classes", on=CategoricalCrossentropy,
        loss_gradient=any_loss.divided_by_outputs, moves=LOSS_GRADIENT, census=7,
        explanation="The derivative is divided by the number of classes as well.",
        hint="Divide by the number of samples only."),
    Fault("categorical-crossentropy-gradient-by-classes-for-samples", on=CategoricalCrossentropy,
        loss_gradient=any_loss.divided_by_outputs_instead_of_samples, moves=LOSS_GRADIENT, census=7,
        explanation="The derivative is divided by the number of classes instead of samples.",
        hint="Is it shape[0] or shape[1]?"),
    Fault("categorical-crossentropy-gradient-sum-over-samples", on=CategoricalCrossentropy,
        loss_gradient=any_loss.summed_over_samples, moves=LOSS_GRADIENT, census=7,
        explanation="The derivative is not divided by the number of samples.", hint="Divide as in the loss."),
    Fault("categorical-crossentropy-gradient-sign", on=CategoricalCrossentropy, loss_gradient=any_loss.negated,
        moves=LOSS_GRADIENT, census=5,
        explanation="The derivative has the wrong sign.", hint="A larger p of the right class lowers the loss."),
    Fault("categorical-crossentropy-gradient-through-softmax", on=CategoricalCrossentropy,
        loss_gradient=through_softmax, moves=LOSS_GRADIENT, census=5,
        explanation="The gradient is p - y, that of the logits.",
        hint="The derivative of the softmax follows in its own layer."),
    Fault("categorical-crossentropy-gradient-without-sum", on=CategoricalCrossentropy, loss_gradient=through_no_sum,
        moves=LOSS_GRADIENT,
        explanation="The gradient is -y / p: the division by the sum is forgotten.",
        hint="Keras divides the prediction by its sum, which has a derivative, too."),
    Fault("categorical-crossentropy-gradient-of-unsquashed-logits", on=CategoricalCrossentropy,
        loss_gradient=logits_as_probabilities, moves=LOSS_GRADIENT, census=5,
        explanation="The gradient is z - y with z the logits.", hint="softmax(z) - y"),
    Fault("categorical-crossentropy-gradient-of-largest-target", on=CategoricalCrossentropy,
        loss_gradient=largest_target_gradient, moves=LOSS_GRADIENT, census=3,
        explanation="Soft targets are replaced by their largest class.", hint="Weigh every class by its share."),
)  # fmt: skip
