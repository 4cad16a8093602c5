"""rmsprop: what goes wrong with its root."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import OptimizerStage
from harness.operators.optimizers import RMSprop
from harness.operators.specification import Specification
from impls.faults._places import UPDATE
from impls.faults.optimizers import _rule as any_optimizer
from impls.faults.optimizers._rule import Updated


@dataclass(frozen=True)
class RMSpropRule(any_optimizer.StepRule):
    """rmsprop with knobs."""

    operator: ClassVar[type[Specification]] = RMSprop


def epsilon_outside_root(stage: OptimizerStage) -> Updated:
    """Add epsilon to the root."""
    _, slots = stage.update()
    return _plain(stage, slots, np.sqrt(_variance(stage, slots)) + stage.optimizer.epsilon)


def root_missing(stage: OptimizerStage) -> Updated:
    """Divide by the average of the squares."""
    _, slots = stage.update()
    return _plain(stage, slots, _variance(stage, slots) + stage.optimizer.epsilon)


def rho_exchanged(stage: OptimizerStage) -> Updated:
    """Give the new square the weight of the old average."""
    return stage.update(optimizer=replace(stage.optimizer, rho=1 - stage.optimizer.rho))


def centered_unused(stage: OptimizerStage) -> Updated:
    """Leave the mean in."""
    return stage.update(optimizer=replace(stage.optimizer, centered=False))


def momentum_unused(stage: OptimizerStage) -> Updated:
    """Leave the velocity out."""
    return stage.update(optimizer=replace(stage.optimizer, momentum=0.0))


def _variance(stage: OptimizerStage, slots: Mapping[str, Array]) -> Array:
    square = slots["square"]
    return square - slots["mean"] * slots["mean"] if stage.optimizer.centered else square


def _plain(stage: OptimizerStage, slots: Mapping[str, Array], divisor: Array) -> Updated:
    """Return the step by the gradient over the divisor, through the velocity where there is one."""
    change = stage.optimizer.learning_rate * stage.gradient / divisor
    if stage.optimizer.momentum > 0:
        change = stage.optimizer.momentum * stage.slots.get("velocity", np.zeros_like(change)) + change
        slots = {**slots, "velocity": change}
    return stage.weight - change, slots


FAULTS = (
    Fault(
        "rmsprop-epsilon-outside-root", RMSpropRule(step=epsilon_outside_root), UPDATE,
        "epsilon is added to the root.", "Keras's RMSprop has it inside: sqrt(v + epsilon).",
    ),
    Fault(
        "rmsprop-root-missing", RMSpropRule(step=root_missing), UPDATE, "The step is divided by the square itself.",
        "Divide by the root of the average of the squares.",
    ),
    Fault(
        "rmsprop-rho-exchanged", RMSpropRule(step=rho_exchanged), UPDATE,
        "The new square has the weight of the old average.", "v = rho * v + (1 - rho) * g²",
    ),
    Fault(
        "rmsprop-centered-unused", RMSpropRule(step=centered_unused), UPDATE, "centered is accepted and not used.",
        "Take the square of the mean gradient off.",
    ),
    Fault(
        "rmsprop-momentum-unused", RMSpropRule(step=momentum_unused), UPDATE, "momentum is accepted and not used.",
        "Two steps show it: the first is the same without.",
    ),
    Fault(
        "rmsprop-state-reset", RMSpropRule(step=any_optimizer.state_reset), UPDATE,
        "The averages start at 0 in each step.", "Make the optimizer once, not in each step.", census=2,
    ),
    Fault(
        "rmsprop-ascends", RMSpropRule(step=any_optimizer.ascending), UPDATE, "The change is added.",
        "Descent takes it off.", census=5,
    ),
    Fault(
        "rmsprop-gradients-pile-up", RMSpropRule(step=any_optimizer.gradients_pile_up), UPDATE,
        "Gradients of all steps are added up.", "Set gradients to zero after each step.", census=1,
    ),
)  # fmt: skip
