"""Errors that several losses may have."""

import numpy as np

from harness.cases.problem import Array
from harness.faults.stages import LossStage


def halved(stage: LossStage, result: Array) -> Array:
    """Divide by 2."""
    return times(result, 0.5)


def negated(stage: LossStage, result: Array) -> Array:
    """Flip the sign."""
    return -result


def summed_over_samples(stage: LossStage, result: Array) -> Array:
    """Sum over samples instead of taking their mean."""
    return times(result, len(stage.y_pred))


def summed_over_outputs(stage: LossStage, result: Array) -> Array:
    """Sum over outputs instead of taking their mean, the mean over samples being as it should."""
    return times(result, stage.y_pred.size / len(stage.y_pred))


def divided_by_outputs(stage: LossStage, result: Array) -> Array:
    """Take the mean over outputs as well."""
    return times(result, 1 / stage.y_pred.shape[-1])


def divided_by_outputs_instead_of_samples(stage: LossStage, result: Array) -> Array:
    """Take the mean over outputs and the sum over samples."""
    return times(result, len(stage.y_pred) / stage.y_pred.shape[-1])


def last_sample_only(stage: LossStage, result: Array) -> Array:
    """Keep the last sample's gradient."""
    last = np.zeros_like(result)
    last[-1:] = result[-1:]
    return last


def error_for_gradient(stage: LossStage, gradient: Array) -> Array:
    """Take the error for the derivative."""
    return times(stage.y_pred - stage.y_true, 1 / stage.y_pred.size)


def clipped(probability: Array) -> Array:
    """Return a probability as far from 0 and 1 as Keras clips it."""
    least = np.asarray(1e-7, probability.dtype)
    return np.clip(probability, least, 1 - least)


def times(result: Array, factor: float) -> Array:
    """Return the result times a factor, in its format."""
    return np.asarray(result * np.asarray(factor, result.dtype))
