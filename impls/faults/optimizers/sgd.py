"""sgd: what goes wrong with sign, learning rate and velocity."""

import numpy as np

from harness.faults import Fault, Partial
from harness.faults.stages import OptimizerStage
from harness.operators.optimizers import SGD
from impls.faults._places import UPDATE, VECTORS
from impls.faults.optimizers import _any_optimizer as any_optimizer
from impls.faults.optimizers._any_optimizer import Updated


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


def velocity_sign(stage: OptimizerStage) -> Updated:
    """Take the old velocity off where it is to be added."""
    if not stage.optimizer.momentum or not stage.slots:
        return stage.update()
    return stage.update(slots={"velocity": -stage.slots["velocity"]})


FAULTS = (
    Fault("sgd-ascends", on=SGD, update=any_optimizer.ascending, moves=UPDATE, census=5,
        explanation="The gradient is added.", hint="Descent takes the gradient off.", source="chainer#261, deeppy#17"),
    Fault("sgd-learning-rate-unused", on=SGD, update=Partial(any_optimizer.given_otherwise, learning_rate=1.0),
        moves=UPDATE, census=4,
        explanation="The learning rate is 1.", hint="Is the argument stored and used?"),
    Fault("sgd-bias-without-learning-rate", on=SGD, update=bias_without_learning_rate, moves=VECTORS, census=4,
        explanation="The bias's step lacks the learning rate.", hint="Biases are updated as kernels are."),
    Fault("sgd-bias-updated-by-itself", on=SGD, update=bias_of_itself, moves=VECTORS, census=4,
        explanation="The bias is updated with itself instead of its gradient.", hint="b -= learning_rate * db"),
    Fault("sgd-bias-never-updated", on=SGD, update=any_optimizer.bias_never_updated, moves=VECTORS,
        explanation="Biases and other vectors never change.", hint="Update every parameter, not only kernels.",
        source="nntrainer#219"),
    Fault("sgd-gradient-for-weight", on=SGD, update=any_optimizer.gradient_for_weight, moves=UPDATE, census=2,
        explanation="The weight is overwritten by its gradient.", hint="-= and not =."),
    Fault("sgd-gradient-clipped", on=SGD, update=any_optimizer.gradient_clipped, moves=UPDATE, census=1,
        explanation="Gradients are clipped without being asked.", hint="Look for a clip that a tutorial left behind."),
    Fault("sgd-weight-decay", on=SGD, update=any_optimizer.weight_decayed, moves=UPDATE, census=5,
        explanation="A weight decay is added without being asked.", hint="Keras's default has none."),
    Fault("sgd-gradient-averaged-again", on=SGD, update=any_optimizer.gradient_averaged_again, moves=UPDATE, census=6,
        explanation="The gradient is divided by the batch size in the optimizer.",
        hint="The mean is in the loss already."),
    Fault("sgd-stale-gradient", on=SGD, update=any_optimizer.gradient_of_the_step_before, moves=UPDATE, census=1,
        explanation="The gradient of the step before is used.",
        hint="Hand the new array over, or fill the old one in place."),
    Fault("sgd-gradients-pile-up", on=SGD, update=any_optimizer.gradients_pile_up, moves=UPDATE, census=1,
        explanation="Gradients of all steps are added up.", hint="Set gradients to zero after each step.",
        source="convnetjs#17, caffe#3254"),
    Fault("sgd-weights-in-integers", on=SGD, update=any_optimizer.whole_numbers, moves=UPDATE, census=2,
        explanation="The weights are kept as integers.",
        hint="Initial weights given as integers make an integer array."),
    Fault("sgd-momentum-unused", on=SGD, update=Partial(any_optimizer.given_otherwise, momentum=0.0), moves=UPDATE,
        explanation="momentum is accepted and not used.", hint="Two steps show it: the first is the same without."),
    Fault("sgd-velocity-reset", on=SGD, update=any_optimizer.state_reset, moves=UPDATE, census=2,
        explanation="The velocity starts at 0 in each step.", hint="Make the optimizer once, not in each step.",
        source="mdenil/dropout#4"),
    Fault("sgd-old-velocity", on=SGD, update=old_velocity, moves=UPDATE,
        explanation="The weight moves by the velocity of the step before.",
        hint="Update the velocity first, then the weight.", source="mdenil/dropout#4"),
    Fault("sgd-velocity-sign", on=SGD, update=velocity_sign, moves=UPDATE, census=5,
        explanation="The old velocity is taken off.",
        hint="velocity = momentum * velocity - learning_rate * gradient, and it is added."),
    Fault("sgd-momentum-dampened", on=SGD, update=dampened, moves=UPDATE,
        explanation="The gradient is weighed by 1 - momentum.", hint="Keras's momentum is not dampened."),
    Fault("sgd-nesterov-unused", on=SGD, update=Partial(any_optimizer.given_otherwise, nesterov=False), moves=UPDATE,
        explanation="nesterov is accepted and not used.", hint="momentum * new velocity - learning_rate * gradient"),
)  # fmt: skip
