"""sparse_categorical_crossentropy: what goes wrong with classes as numbers."""

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LossStage
from harness.operators.losses import SparseCategoricalCrossentropy
from impls.faults._places import LOSS, LOSS_GRADIENT
from impls.faults.losses import _any_loss as any_loss


def counted_from_1(stage: LossStage, value: Array) -> Array:
    """Take classes to start at 1."""
    return np.asarray(stage.right.forward(stage.loss, _before(stage), stage.y_pred))


def gradient_counted_from_1(stage: LossStage, gradient: Array) -> Array:
    """Take classes to start at 1."""
    turned: Array = stage.right.backward(stage.loss, _before(stage), stage.y_pred)
    return turned


def target_class_only(stage: LossStage, gradient: Array) -> Array:
    """Fill in the gradient of the target's class and nothing else."""
    return np.where(_is_target(stage), gradient, 0)


def one_not_taken_off(stage: LossStage, gradient: Array) -> Array:
    """Forget to take 1 off at the target's class."""
    if not stage.loss.from_logits:
        return gradient
    return gradient + any_loss.times(_is_target(stage).astype(gradient.dtype), 1 / stage.y_true.size)


def first_target_for_all(stage: LossStage, value: Array) -> Array:
    """Use the first sample's class for all."""
    first = np.full_like(stage.y_true, stage.y_true.flat[0])
    return np.asarray(stage.right.forward(stage.loss, first, stage.y_pred))


def divided_before_clipping(stage: LossStage, value: Array) -> Array:
    """Clip the shares of the sum, as the loss of one-hot targets does."""
    if stage.loss.from_logits:
        return value
    share = stage.y_pred / stage.y_pred.sum(axis=-1, keepdims=True)
    return np.asarray(-np.log(any_loss.clipped(share)[_is_target(stage)]).mean())


def gradient_divided_before_clipping(stage: LossStage, gradient: Array) -> Array:
    """Clip the shares of the sum, as the loss of one-hot targets does."""
    if stage.loss.from_logits:
        return gradient
    total = stage.y_pred.sum(axis=-1, keepdims=True)
    share = stage.y_pred / total
    dshare = np.where(_is_target(stage) & (share == any_loss.clipped(share)), -1 / any_loss.clipped(share), 0)
    dp = (dshare - (dshare * share).sum(axis=-1, keepdims=True)) / total
    return any_loss.times(dp, 1 / stage.y_true.size)


def _before(stage: LossStage) -> Array:
    # Index -1 is the last class, silently.
    return np.asarray((stage.y_true - 1) % stage.y_pred.shape[-1])


def _is_target(stage: LossStage) -> Array:
    return np.asarray(stage.y_true[..., np.newaxis] == np.arange(stage.y_pred.shape[-1]))


FAULTS = (
    Fault("sparse-categorical-crossentropy-classes-from-1", on=SparseCategoricalCrossentropy, loss=counted_from_1,
        moves=LOSS,
        explanation="Classes are counted from 1.", hint="Index -1 is the last class: no error is raised."),
    Fault("sparse-categorical-crossentropy-first-target-for-all", on=SparseCategoricalCrossentropy,
        loss=first_target_for_all, moves=LOSS, census=3,
        explanation="The first sample's class is used for all.",
        hint="Index samples and classes together: p[arange(n), y]."),
    Fault("sparse-categorical-crossentropy-sum-over-samples", on=SparseCategoricalCrossentropy,
        loss=any_loss.summed_over_samples, moves=LOSS, census=7,
        explanation="The loss is a sum over samples.", hint="Divide by the number of samples."),
    Fault("sparse-categorical-crossentropy-gradient-classes-from-1", on=SparseCategoricalCrossentropy,
        loss_gradient=gradient_counted_from_1, moves=LOSS_GRADIENT,
        explanation="Classes are counted from 1.", hint="Index -1 is the last class: no error is raised."),
    Fault("sparse-categorical-crossentropy-gradient-of-target-only", on=SparseCategoricalCrossentropy,
        loss_gradient=target_class_only, moves=LOSS_GRADIENT, census=5,
        explanation="Only the target's class has a gradient.",
        hint="Every class is part of the sum that p is divided by."),
    Fault("sparse-categorical-crossentropy-gradient-without-target", on=SparseCategoricalCrossentropy,
        loss_gradient=one_not_taken_off, moves=LOSS_GRADIENT,
        explanation="The gradient of logits is softmax(z): the target is never taken off.",
        hint="p[arange(n), y] -= 1"),
    Fault("sparse-categorical-crossentropy-gradient-sum-over-samples", on=SparseCategoricalCrossentropy,
        loss_gradient=any_loss.summed_over_samples, moves=LOSS_GRADIENT, census=7,
        explanation="The derivative is not divided by the number of samples.", hint="Divide as in the loss."),
    Fault("sparse-categorical-crossentropy-divided-before-clipping", on=SparseCategoricalCrossentropy,
        loss=divided_before_clipping, loss_gradient=gradient_divided_before_clipping, moves=(*LOSS, *LOSS_GRADIENT),
        explanation="The prediction is divided by its sum and then clipped.",
        hint="Keras clips first, here and not in categorical_crossentropy.", source="Keras on torch"),
)  # fmt: skip
