"""sparse_categorical_crossentropy: what goes wrong with classes as numbers."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LossStage
from harness.operators.losses import SparseCategoricalCrossentropy
from harness.operators.specification import Specification
from impls.faults._places import LOSS, LOSS_GRADIENT
from impls.faults.losses import _rule as any_loss


@dataclass(frozen=True)
class SparseCategoricalCrossentropyRule(any_loss.ValueAndGradientRule):
    """sparse_categorical_crossentropy with knobs."""

    operator: ClassVar[type[Specification]] = SparseCategoricalCrossentropy


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
    return np.asarray(-np.log(_clipped(share)[_is_target(stage)]).mean())


def gradient_divided_before_clipping(stage: LossStage, gradient: Array) -> Array:
    """Clip the shares of the sum, as the loss of one-hot targets does."""
    if stage.loss.from_logits:
        return gradient
    total = stage.y_pred.sum(axis=-1, keepdims=True)
    share = stage.y_pred / total
    dshare = np.where(_is_target(stage) & (share == _clipped(share)), -1 / _clipped(share), 0)
    dp = (dshare - (dshare * share).sum(axis=-1, keepdims=True)) / total
    return any_loss.times(dp, 1 / stage.y_true.size)


def _clipped(probability: Array) -> Array:
    least = np.asarray(1e-7, probability.dtype)
    return np.clip(probability, least, 1 - least)


def _before(stage: LossStage) -> Array:
    # Index -1 is the last class, silently.
    return np.asarray((stage.y_true - 1) % stage.y_pred.shape[-1])


def _is_target(stage: LossStage) -> Array:
    return np.asarray(stage.y_true[..., np.newaxis] == np.arange(stage.y_pred.shape[-1]))


FAULTS = (
    Fault(
        "sparse-categorical-crossentropy-classes-from-1", SparseCategoricalCrossentropyRule(value=counted_from_1),
        LOSS, "Classes are counted from 1.", "Index -1 is the last class: no error is raised.",
    ),
    Fault(
        "sparse-categorical-crossentropy-first-target-for-all",
        SparseCategoricalCrossentropyRule(value=first_target_for_all), LOSS,
        "The first sample's class is used for all.", "Index samples and classes together: p[arange(n), y].",
        census=3,
    ),
    Fault(
        "sparse-categorical-crossentropy-sum-over-samples",
        SparseCategoricalCrossentropyRule(value=any_loss.summed_over_samples), LOSS,
        "The loss is a sum over samples.", "Divide by the number of samples.", census=7,
    ),
    Fault(
        "sparse-categorical-crossentropy-gradient-classes-from-1",
        SparseCategoricalCrossentropyRule(gradient=gradient_counted_from_1), LOSS_GRADIENT,
        "Classes are counted from 1.", "Index -1 is the last class: no error is raised.",
    ),
    Fault(
        "sparse-categorical-crossentropy-gradient-of-target-only",
        SparseCategoricalCrossentropyRule(gradient=target_class_only), LOSS_GRADIENT,
        "Only the target's class has a gradient.", "Every class is part of the sum that p is divided by.", census=5,
    ),
    Fault(
        "sparse-categorical-crossentropy-gradient-without-target",
        SparseCategoricalCrossentropyRule(gradient=one_not_taken_off), LOSS_GRADIENT,
        "The gradient of logits is softmax(z): the target is never taken off.", "p[arange(n), y] -= 1",
    ),
    Fault(
        "sparse-categorical-crossentropy-gradient-sum-over-samples",
        SparseCategoricalCrossentropyRule(gradient=any_loss.summed_over_samples), LOSS_GRADIENT,
        "The derivative is not divided by the number of samples.", "Divide as in the loss.", census=7,
    ),
    Fault(
        "sparse-categorical-crossentropy-divided-before-clipping",
        SparseCategoricalCrossentropyRule(value=divided_before_clipping, gradient=gradient_divided_before_clipping),
        (*LOSS, *LOSS_GRADIENT), "The prediction is divided by its sum and then clipped.",
        "Keras clips first, here and not in categorical_crossentropy.", source="Keras on torch",
    ),
)  # fmt: skip
