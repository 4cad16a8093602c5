"""huber: what goes wrong around delta."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LossStage
from harness.operators.losses import Huber
from harness.operators.specification import Specification
from impls.faults._places import LOSS, LOSS_GRADIENT
from impls.faults.losses import _rule as any_loss


@dataclass(frozen=True)
class HuberRule(any_loss.ValueAndGradientRule):
    """huber with knobs."""

    operator: ClassVar[type[Specification]] = Huber


def half_missing(stage: LossStage, value: Array) -> Array:
    """Leave the 1/2 out where the error is small."""
    distance = np.abs(stage.y_pred - stage.y_true)
    small = np.where(distance <= stage.loss.delta, distance * distance / 2, 0)
    return np.asarray(value + small.mean())


def offset_missing(stage: LossStage, value: Array) -> Array:
    """Leave delta²/2 out where the error is large."""
    large = np.abs(stage.y_pred - stage.y_true) > stage.loss.delta
    return np.asarray(value + (large * np.asarray(stage.loss.delta**2 / 2, value.dtype)).mean())


def never_clipped(stage: LossStage, gradient: Array) -> Array:
    """Differentiate the small side everywhere."""
    return any_loss.times(stage.y_pred - stage.y_true, 1 / stage.y_pred.size)


def delta_missing(stage: LossStage, gradient: Array) -> Array:
    """Use the sign alone where the error is large."""
    error = stage.y_pred - stage.y_true
    slope = np.where(np.abs(error) <= stage.loss.delta, error, np.sign(error))
    return any_loss.times(slope, 1 / stage.y_pred.size)


FAULTS = (
    Fault(
        "huber-half-missing", HuberRule(value=half_missing), LOSS, "Small errors are squared without the 1/2.",
        "e²/2, so that both sides meet at delta.",
    ),
    Fault(
        "huber-offset-missing", HuberRule(value=offset_missing), LOSS, "Large errors lack the - delta²/2.",
        "delta * |e| - delta²/2, so that both sides meet at delta.",
    ),
    Fault(
        "huber-gradient-never-clipped", HuberRule(gradient=never_clipped), LOSS_GRADIENT,
        "Large errors have the gradient of small ones.", "Clip the error at ± delta.",
    ),
    Fault(
        "huber-gradient-without-delta", HuberRule(gradient=delta_missing), LOSS_GRADIENT,
        "The gradient of large errors is ± 1.", "It is ± delta; try a delta other than 1.", census=13,
    ),
    Fault(
        "huber-gradient-sum-over-samples", HuberRule(gradient=any_loss.summed_over_samples), LOSS_GRADIENT,
        "The derivative is not divided by the number of samples.", "Divide as in the loss.", census=7,
    ),
)  # fmt: skip
