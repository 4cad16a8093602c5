"""adam: what goes wrong with averages and their correction."""

import math
from dataclasses import replace

import numpy as np

from harness.faults import Fault, Partial
from harness.faults.stages import OptimizerStage
from harness.operators.optimizers import Adam
from impls.faults._places import UPDATE, VECTORS
from impls.faults.optimizers import _any_optimizer as any_optimizer
from impls.faults.optimizers._any_optimizer import Updated


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
    Fault("adam-never-corrected", on=Adam, update=never_corrected, moves=UPDATE,
        explanation="The averages are not corrected for their start at 0.", hint="sqrt(1 - beta_2^k) / (1 - beta_1^k)"),
    Fault("adam-always-the-first-step", on=Adam, update=any_optimizer.always_the_first_step, moves=UPDATE, census=2,
        explanation="Every step is corrected as the first.", hint="Count the steps."),
    Fault("adam-step-counted-late", on=Adam, update=corrected_from_step_0, moves=UPDATE,
        explanation="The step is counted after its use.", hint="k is 1 at the first step and 2 at the second."),
    Fault("adam-step-counted-for-each-parameter", on=Adam, update=one_step_count_for_each_parameter, moves=UPDATE,
        explanation="Each parameter's update counts as a step.", hint="Count once in each step, not in each call."),
    Fault("adam-epsilon-after-correction", on=Adam, update=epsilon_before_correction, moves=UPDATE,
        explanation="epsilon is added to the corrected root.",
        hint="Keras has the form before section 2.1 of the paper, not that of algorithm 1."),
    Fault("adam-epsilon-in-root", on=Adam, update=epsilon_in_root, moves=UPDATE,
        explanation="epsilon is inside the root.", hint="Adam's epsilon is outside, RMSprop's inside."),
    Fault("adam-betas-exchanged", on=Adam, update=betas_exchanged, moves=UPDATE,
        explanation="The two betas are exchanged.", hint="beta_1 is for the mean, beta_2 for the square."),
    Fault("adam-mean-unused", on=Adam, update=Partial(any_optimizer.given_otherwise, beta_1=0.0), moves=UPDATE,
        explanation="The gradient is used instead of its average.", hint="Two steps show it: the first is the same."),
    Fault("adam-state-reset", on=Adam, update=any_optimizer.state_reset, moves=UPDATE, census=2,
        explanation="The averages start at 0 in each step.", hint="Make the optimizer once, not in each step.",
        source="mdenil/dropout#4"),
    Fault("adam-ascends", on=Adam, update=any_optimizer.ascending, moves=UPDATE, census=5,
        explanation="The change is added.", hint="Descent takes it off."),
    Fault("adam-stale-gradient", on=Adam, update=any_optimizer.gradient_of_the_step_before, moves=UPDATE, census=1,
        explanation="The gradient of the step before is used.", hint="Hand the new array over."),
    Fault("adam-bias-never-updated", on=Adam, update=any_optimizer.bias_never_updated, moves=VECTORS,
        explanation="Biases and other vectors never change.", hint="Update every parameter, not only kernels."),
)  # fmt: skip
