"""huber: what goes wrong around delta."""

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LossStage
from harness.operators.losses import Huber
from impls.faults._places import LOSS, LOSS_GRADIENT
from impls.faults.losses import _any_loss as any_loss


def half_missing(stage: LossStage, value: Array) -> Array:
    """Leave the 1/2 out where the error is small."""
    distance = np.abs(stage.y_pred - stage.y_true)
    small = np.where(distance <= stage.loss.delta, distance * distance / 2, 0)
    return np.asarray(value + small.mean())


def offset_missing(stage: LossStage, value: Array) -> Array:
    """Leave delta²/2 out where the error is large."""
    large = np.abs(stage.y_pred - stage.y_true) > stage.loss.delta
    return np.asarray(value + (large * np.asarray(stage.loss.delta**2 / 2, value.dtype)).mean())


def delta_missing(stage: LossStage, gradient: Array) -> Array:
    """Use the sign alone where the error is large."""
    error = stage.y_pred - stage.y_true
    slope = np.where(np.abs(error) <= stage.loss.delta, error, np.sign(error))
    return any_loss.times(slope, 1 / stage.y_pred.size)


FAULTS = (
    Fault("huber-half-missing", on=Huber, loss=half_missing, moves=LOSS,
        explanation="Small errors are squared without the 1/2.", hint="e²/2, so that both sides meet at delta."),
    Fault("huber-offset-missing", on=Huber, loss=offset_missing, moves=LOSS,
        explanation="Large errors lack the - delta²/2.",
        hint="delta * |e| - delta²/2, so that both sides meet at delta."),
    Fault("huber-gradient-never-clipped", on=Huber, loss_gradient=any_loss.error_for_gradient, moves=LOSS_GRADIENT,
        explanation="Large errors have the gradient of small ones.", hint="Clip the error at ± delta."),
    Fault("huber-gradient-without-delta", on=Huber, loss_gradient=delta_missing, moves=LOSS_GRADIENT, census=13,
        explanation="The gradient of large errors is ± 1.", hint="It is ± delta; try a delta other than 1."),
    Fault("huber-gradient-sum-over-samples", on=Huber, loss_gradient=any_loss.summed_over_samples,
        moves=LOSS_GRADIENT, census=7,
        explanation="The derivative is not divided by the number of samples.", hint="Divide as in the loss."),
)  # fmt: skip
