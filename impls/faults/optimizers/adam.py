"""adam: what goes wrong with averages and their correction."""

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from harness.faults import Fault
from harness.faults.stages import OptimizerStage
from harness.operators.optimizers import Adam
from harness.operators.specification import Specification
from impls.faults._places import UPDATE, VECTORS
from impls.faults.optimizers import _rule as any_optimizer
from impls.faults.optimizers._rule import Updated


@dataclass(frozen=True)
class AdamRule(any_optimizer.StepRule):
    """adam with knobs."""

    operator: ClassVar[type[Specification]] = Adam


def never_corrected(stage: OptimizerStage) -> Updated:
    """Leave out the correction for averages that start at 0."""
    return _by(stage, 1.0)


def corrected_from_step_0(stage: OptimizerStage) -> Updated:
    """Count the step after its use, with 1 at the first step to avoid 0."""
    return stage.update(step=max(stage.step - 1, 1))


def epsilon_before_correction(stage: OptimizerStage) -> Updated:
    """Add epsilon to the corrected root, as in algorithm 1 of the paper."""
    _, slots = stage.update()
    optimizer = stage.optimizer
    mean = slots["mean"] / (1 - optimizer.beta_1**stage.step)
    square = slots["square"] / (1 - optimizer.beta_2**stage.step)
    return stage.weight - optimizer.learning_rate * mean / (np.sqrt(square) + optimizer.epsilon), slots


def epsilon_in_root(stage: OptimizerStage) -> Updated:
    """Add epsilon to the average in the root."""
    _, slots = stage.update()
    optimizer = stage.optimizer
    correction = math.sqrt(1 - optimizer.beta_2**stage.step) / (1 - optimizer.beta_1**stage.step)
    change = optimizer.learning_rate * correction * slots["mean"] / np.sqrt(slots["square"] + optimizer.epsilon)
    return stage.weight - change, slots


def betas_exchanged(stage: OptimizerStage) -> Updated:
    """Use each beta for the other."""
    optimizer = stage.optimizer
    return stage.update(optimizer=replace(optimizer, beta_1=optimizer.beta_2, beta_2=optimizer.beta_1))


def first_average_unused(stage: OptimizerStage) -> Updated:
    """Step by the gradient itself."""
    return stage.update(optimizer=replace(stage.optimizer, beta_1=0.0))


def one_step_count_for_each_parameter(stage: OptimizerStage) -> Updated:
    """Count a step for each call, so that later parameters are further on."""
    nodes = stage.setting.case.network.nodes
    return stage.update(step=stage.step * sum(len(node.parameters) for node in nodes))


def _by(stage: OptimizerStage, correction: float) -> Updated:
    _, slots = stage.update()
    optimizer = stage.optimizer
    change = optimizer.learning_rate * correction * slots["mean"] / (np.sqrt(slots["square"]) + optimizer.epsilon)
    return stage.weight - change, slots


FAULTS = (
    Fault(
        "adam-never-corrected", AdamRule(step=never_corrected), UPDATE,
        "The averages are not corrected for their start at 0.", "sqrt(1 - beta_2^k) / (1 - beta_1^k)",
    ),
    Fault(
        "adam-always-the-first-step", AdamRule(step=any_optimizer.always_the_first_step), UPDATE,
        "Every step is corrected as the first.", "Count the steps.", census=2,
    ),
    Fault(
        "adam-step-counted-late", AdamRule(step=corrected_from_step_0), UPDATE,
        "The step is counted after its use.", "k is 1 at the first step and 2 at the second.",
    ),
    Fault(
        "adam-step-counted-for-each-parameter", AdamRule(step=one_step_count_for_each_parameter), UPDATE,
        "Each parameter's update counts as a step.", "Count once in each step, not in each call.",
    ),
    Fault(
        "adam-epsilon-after-correction", AdamRule(step=epsilon_before_correction), UPDATE,
        "epsilon is added to the corrected root.",
        "Keras has the form before section 2.1 of the paper, not that of algorithm 1.",
    ),
    Fault(
        "adam-epsilon-in-root", AdamRule(step=epsilon_in_root), UPDATE, "epsilon is inside the root.",
        "Adam's epsilon is outside, RMSprop's inside.",
    ),
    Fault(
        "adam-betas-exchanged", AdamRule(step=betas_exchanged), UPDATE, "The two betas are exchanged.",
        "beta_1 is for the mean, beta_2 for the square.",
    ),
    Fault(
        "adam-mean-unused", AdamRule(step=first_average_unused), UPDATE,
        "The gradient is used instead of its average.", "Two steps show it: the first is the same.",
    ),
    Fault(
        "adam-state-reset", AdamRule(step=any_optimizer.state_reset), UPDATE, "The averages start at 0 in each step.",
        "Make the optimizer once, not in each step.", census=2, source="mdenil/dropout#4",
    ),
    Fault(
        "adam-ascends", AdamRule(step=any_optimizer.ascending), UPDATE, "The change is added.",
        "Descent takes it off.", census=5,
    ),
    Fault(
        "adam-stale-gradient", AdamRule(step=any_optimizer.gradient_of_the_step_before), UPDATE,
        "The gradient of the step before is used.", "Hand the new array over.", census=1,
    ),
    Fault(
        "adam-bias-never-updated", AdamRule(step=any_optimizer.bias_never_updated), VECTORS,
        "Biases and other vectors never change.", "Update every parameter, not only kernels.",
    ),
)  # fmt: skip
