"""Errors that any optimizer may have."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from harness.cases.problem import Array
from harness.faults.stages import OptimizerStage

Updated = tuple[Array, Mapping[str, Any]]

LARGEST_GRADIENT = 0.01
WEIGHT_DECAY = 0.01
# A slot beside the right operator's own.
OWN = "of the fault"


def ascending(stage: OptimizerStage) -> Updated:
    """Add the change instead of taking it off."""
    weight, slots = stage.update()
    return np.asarray(stage.weight - (weight - stage.weight)), slots


def gradient_for_weight(stage: OptimizerStage) -> Updated:
    """Overwrite the weight with its gradient."""
    return stage.gradient, stage.update()[1]


def bias_never_updated(stage: OptimizerStage) -> Updated:
    """Leave every vector as it was."""
    weight, slots = stage.update()
    return (stage.weight if stage.weight.ndim == 1 else weight), slots


def state_reset(stage: OptimizerStage) -> Updated:
    """Start every step without memory."""
    return stage.update(slots={})


def given_otherwise(stage: OptimizerStage, **arguments: Any) -> Updated:
    """Step as if the optimizer had been given other arguments."""
    return stage.update(optimizer=replace(stage.optimizer, **arguments))


def always_the_first_step(stage: OptimizerStage) -> Updated:
    """Count every step as the first."""
    return stage.update(step=1)


def gradient_clipped(stage: OptimizerStage) -> Updated:
    """Clip gradients without being asked."""
    return stage.update(gradient=np.clip(stage.gradient, -LARGEST_GRADIENT, LARGEST_GRADIENT))


def weight_decayed(stage: OptimizerStage) -> Updated:
    """Add a weight decay without being asked."""
    decay = np.asarray(WEIGHT_DECAY, stage.weight.dtype) * stage.weight
    return stage.update(gradient=np.asarray(stage.gradient + decay))


def gradient_averaged_again(stage: OptimizerStage) -> Updated:
    """Divide the gradient by the batch size."""
    samples = np.asarray(stage.setting.case.batch_size, stage.gradient.dtype)
    return stage.update(gradient=stage.gradient / samples)


def gradient_of_the_step_before(stage: OptimizerStage) -> Updated:
    """Use a reference to the gradient that the next step no longer fills."""
    held = stage.slots.get(OWN, stage.gradient)
    return _remembering(stage, held, stage.gradient)


def gradients_pile_up(stage: OptimizerStage) -> Updated:
    """Add the gradient to those of all steps before."""
    total = np.asarray(stage.gradient + stage.slots.get(OWN, 0))
    return _remembering(stage, total, total)


def whole_numbers(stage: OptimizerStage) -> Updated:
    """Keep the parameter in an array of integers."""
    weight, slots = stage.update()
    return np.trunc(weight), slots


def _remembering(stage: OptimizerStage, gradient: Array, memory: Array) -> Updated:
    weight, slots = stage.update(gradient=gradient, slots={k: v for k, v in stage.slots.items() if k != OWN})
    return weight, {**slots, OWN: memory}
