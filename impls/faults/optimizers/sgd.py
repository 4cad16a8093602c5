"""sgd: what goes wrong with sign, learning rate and velocity."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from harness.faults import Fault
from harness.faults.stages import OptimizerStage
from harness.operators.optimizers import SGD
from harness.operators.specification import Specification
from impls.faults._places import UPDATE, VECTORS
from impls.faults.optimizers import _rule as any_optimizer
from impls.faults.optimizers._rule import Updated


@dataclass(frozen=True)
class SGDRule(any_optimizer.StepRule):
    """sgd with knobs."""

    operator: ClassVar[type[Specification]] = SGD


def bias_without_learning_rate(stage: OptimizerStage) -> Updated:
    """Take the bias's gradient off as it is."""
    weight, slots = stage.update()
    return (np.asarray(stage.weight - stage.gradient) if stage.weight.ndim == 1 else weight), slots


def bias_of_itself(stage: OptimizerStage) -> Updated:
    """Take the learning rate times the bias off the bias."""
    return stage.update(gradient=stage.weight) if stage.weight.ndim == 1 else stage.update()


def old_velocity(stage: OptimizerStage) -> Updated:
    """Move by the velocity of the step before."""
    weight, slots = stage.update()
    if not stage.optimizer.momentum:
        return weight, slots
    return np.asarray(stage.weight + stage.slots.get("velocity", np.zeros_like(stage.weight))), slots


def dampened(stage: OptimizerStage) -> Updated:
    """Weigh the gradient by 1 - momentum."""
    dampening = np.asarray(1 - stage.optimizer.momentum, stage.gradient.dtype)
    return stage.update(gradient=stage.gradient * dampening)


def nesterov_unused(stage: OptimizerStage) -> Updated:
    """Compute plain momentum."""
    return stage.update(optimizer=replace(stage.optimizer, nesterov=False))


def momentum_unused(stage: OptimizerStage) -> Updated:
    """Compute plain gradient descent."""
    return stage.update(optimizer=replace(stage.optimizer, momentum=0.0))


def velocity_sign(stage: OptimizerStage) -> Updated:
    """Take the old velocity off where it is to be added."""
    if not stage.optimizer.momentum or not stage.slots:
        return stage.update()
    return stage.update(slots={"velocity": -stage.slots["velocity"]})


FAULTS = (
    Fault(
        "sgd-ascends", SGDRule(step=any_optimizer.ascending), UPDATE, "The gradient is added.",
        "Descent takes the gradient off.", census=5, source="chainer#261, deeppy#17",
    ),
    Fault(
        "sgd-learning-rate-unused", SGDRule(step=any_optimizer.with_learning_rate_unused), UPDATE,
        "The learning rate is 1.", "Is the argument stored and used?", census=4,
    ),
    Fault(
        "sgd-bias-without-learning-rate", SGDRule(step=bias_without_learning_rate), VECTORS,
        "The bias's step lacks the learning rate.", "Biases are updated as kernels are.", census=4,
    ),
    Fault(
        "sgd-bias-updated-by-itself", SGDRule(step=bias_of_itself), VECTORS,
        "The bias is updated with itself instead of its gradient.", "b -= learning_rate * db", census=4,
    ),
    Fault(
        "sgd-bias-never-updated", SGDRule(step=any_optimizer.bias_never_updated), VECTORS,
        "Biases and other vectors never change.", "Update every parameter, not only kernels.", source="nntrainer#219",
    ),
    Fault(
        "sgd-gradient-for-weight", SGDRule(step=any_optimizer.gradient_for_weight), UPDATE,
        "The weight is overwritten by its gradient.", "-= and not =.", census=2,
    ),
    Fault(
        "sgd-gradient-clipped", SGDRule(step=any_optimizer.gradient_clipped), UPDATE,
        "Gradients are clipped without being asked.", "Look for a clip that a tutorial left behind.", census=1,
    ),
    Fault(
        "sgd-weight-decay", SGDRule(step=any_optimizer.weight_decayed), UPDATE,
        "A weight decay is added without being asked.", "Keras's default has none.", census=5,
    ),
    Fault(
        "sgd-gradient-averaged-again", SGDRule(step=any_optimizer.gradient_averaged_again), UPDATE,
        "The gradient is divided by the batch size in the optimizer.", "The mean is in the loss already.", census=6,
    ),
    Fault(
        "sgd-stale-gradient", SGDRule(step=any_optimizer.gradient_of_the_step_before), UPDATE,
        "The gradient of the step before is used.", "Hand the new array over, or fill the old one in place.",
        census=1,
    ),
    Fault(
        "sgd-gradients-pile-up", SGDRule(step=any_optimizer.gradients_pile_up), UPDATE,
        "Gradients of all steps are added up.", "Set gradients to zero after each step.", census=1,
        source="convnetjs#17, caffe#3254",
    ),
    Fault(
        "sgd-weights-in-integers", SGDRule(step=any_optimizer.whole_numbers), UPDATE,
        "The weights are kept as integers.", "Initial weights given as integers make an integer array.", census=2,
    ),
    Fault(
        "sgd-momentum-unused", SGDRule(step=momentum_unused), UPDATE, "momentum is accepted and not used.",
        "Two steps show it: the first is the same without.",
    ),
    Fault(
        "sgd-velocity-reset", SGDRule(step=any_optimizer.state_reset), UPDATE,
        "The velocity starts at 0 in each step.", "Make the optimizer once, not in each step.", census=2,
        source="mdenil/dropout#4",
    ),
    Fault(
        "sgd-old-velocity", SGDRule(step=old_velocity), UPDATE,
        "The weight moves by the velocity of the step before.", "Update the velocity first, then the weight.",
        source="mdenil/dropout#4",
    ),
    Fault(
        "sgd-velocity-sign", SGDRule(step=velocity_sign), UPDATE, "The old velocity is taken off.",
        "velocity = momentum * velocity - learning_rate * gradient, and it is added.", census=5,
    ),
    Fault(
        "sgd-momentum-dampened", SGDRule(step=dampened), UPDATE, "The gradient is weighed by 1 - momentum.",
        "Keras's momentum is not dampened.",
    ),
    Fault(
        "sgd-nesterov-unused", SGDRule(step=nesterov_unused), UPDATE, "nesterov is accepted and not used.",
        "momentum * new velocity - learning_rate * gradient",
    ),
)  # fmt: skip
