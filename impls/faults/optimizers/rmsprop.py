"""rmsprop: what goes wrong with its root."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault, Partial
from harness.faults.stages import OptimizerStage
from harness.operators.optimizers import RMSprop
from impls.faults._places import UPDATE
from impls.faults.optimizers import _any_optimizer as any_optimizer
from impls.faults.optimizers._any_optimizer import Updated


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
    Fault("rmsprop-epsilon-outside-root", on=RMSprop, update=epsilon_outside_root, moves=UPDATE,
        explanation="epsilon is added to the root.", hint="Keras's RMSprop has it inside: sqrt(v + epsilon)."),
    Fault("rmsprop-root-missing", on=RMSprop, update=root_missing, moves=UPDATE,
        explanation="The step is divided by the square itself.",
        hint="Divide by the root of the average of the squares."),
    Fault("rmsprop-rho-exchanged", on=RMSprop, update=rho_exchanged, moves=UPDATE,
        explanation="The new square has the weight of the old average.", hint="v = rho * v + (1 - rho) * g²"),
    Fault("rmsprop-centered-unused", on=RMSprop, update=Partial(any_optimizer.given_otherwise, centered=False),
        moves=UPDATE,
        explanation="centered is accepted and not used.", hint="Take the square of the mean gradient off."),
    Fault("rmsprop-momentum-unused", on=RMSprop, update=Partial(any_optimizer.given_otherwise, momentum=0.0),
        moves=UPDATE,
        explanation="momentum is accepted and not used.", hint="Two steps show it: the first is the same without."),
    Fault("rmsprop-state-reset", on=RMSprop, update=any_optimizer.state_reset, moves=UPDATE, census=2,
        explanation="The averages start at 0 in each step.", hint="Make the optimizer once, not in each step."),
    Fault("rmsprop-ascends", on=RMSprop, update=any_optimizer.ascending, moves=UPDATE, census=5,
        explanation="The change is added.", hint="Descent takes it off."),
    Fault("rmsprop-gradients-pile-up", on=RMSprop, update=any_optimizer.gradients_pile_up, moves=UPDATE, census=1,
        explanation="Gradients of all steps are added up.", hint="Set gradients to zero after each step."),
)  # fmt: skip
